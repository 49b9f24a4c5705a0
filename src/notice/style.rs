//! What a person does not see of a page although it stands there: `display:none`, sizes next to nothing, text in the
//! colour of its ground, boxes off the screen; by `style` attributes, old attributes and style sheets (CSS 2.2).

mod colour;
mod known;

use std::{collections::HashMap, hash::Hash, rc::Rc};

use scraper::{Html, Selector, node::Element};

use colour::{Rgb, colour, colours_in, is_transparent};
pub(super) use known::{is_known_colour, is_plain};

/// Rules considered of a page's style sheets; each is looked for in the whole page.
const MOST_RULES: usize = 100;
/// Steps spent on looking for the elements of all rules. A page of a thousand elements under a hundred rules takes a
/// quarter of them.
const MOST_STEPS: usize = 2_000_000;
/// `@media` blocks looked into per page.
const MOST_MEDIA: usize = 100;
/// What makes a selector walk over all brothers of every element. Hardly a mail program heeds these.
const DEAR: [&str; 4] = [":has", ":nth", "-of-type", "~"];
/// Style sheet read per page, in bytes.
const LONGEST_SHEET: usize = 64 * 1024;
/// Channels that differ by no more than this are not told apart by eye: near-white on white.
const SAME_COLOUR: u8 = 24;
/// Pixels to the left or above that take a box off any screen.
const OFF_SCREEN: f32 = -400.0;

/// Pixels to the right or below that do.
const FAR: f32 = 3_000.0;

/// What lies behind the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ground {
    Colour(Rgb),
    /// A picture or a gradient.
    Unknown,
}

/// How the text of an element looks; what is not said is as in the element around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one way of not being seen")]
pub(super) struct Look {
    colour: Option<Rgb>,
    ground: Ground,
    transparent: bool,
    tiny: bool,
    invisible: bool,
    /// Nothing inside is shown, whatever it says of itself.
    gone: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            colour: None,
            ground: Ground::Colour([255; 3]),
            transparent: false,
            tiny: false,
            invisible: false,
            gone: false,
        }
    }
}

impl Look {
    /// Whether text that looks like this is not seen.
    pub(super) fn is_unseen(&self) -> bool {
        let lost = match self.ground {
            // Text is black where nothing else is said.
            Ground::Colour(ground) => self
                .colour
                .unwrap_or_default()
                .iter()
                .zip(ground)
                .all(|(one, other)| one.abs_diff(other) <= SAME_COLOUR),
            Ground::Unknown => false,
        };
        self.gone || self.invisible || self.tiny || self.transparent || lost
    }

    /// Whether the text stands out by its colour: neither black nor grey.
    pub(super) fn is_coloured(&self) -> bool {
        self.colour.is_some_and(|[r, g, b]| r.max(g).max(b) - r.min(g).min(b) > 90)
    }

    /// Whether nothing inside is shown, whatever it says of itself.
    pub(super) fn is_gone(&self) -> bool {
        self.gone
    }

    /// The look inside an element that is not shown.
    pub(super) fn set_apart(self) -> Self {
        Self { gone: true, ..self }
    }

    /// The look inside `element`, with what the style sheets say of it.
    pub(super) fn inside(self, element: &Element, sheet: &[Rc<str>]) -> Self {
        let mut look = self;
        let mut of = Declared::default();
        if let Some(colour) = element.attr("color").or_else(|| element.attr("text")).and_then(colour) {
            look.colour = Some(colour);
        }
        if let Some(ground) = element.attr("bgcolor").and_then(colour) {
            look.ground = Ground::Colour(ground);
        }
        if element.attr("background").is_some() {
            look.ground = Ground::Unknown;
        }
        let inline = plain_css(element.attr("style").unwrap_or_default());
        let sheets = || sheet.iter().flat_map(|rule| declarations(rule));
        for (name, value, _) in sheets().filter(|(.., important)| !important) {
            look.take(name, value, &mut of);
        }
        for (name, value, _) in declarations(&inline) {
            look.take(name, value, &mut of);
        }
        for (name, value, _) in sheets().filter(|(.., important)| *important) {
            look.take(name, value, &mut of);
        }
        look.gone |= element.attr("hidden").is_some() || of.is_gone();
        look
    }

    fn take(&mut self, name: &str, value: &str, of: &mut Declared) {
        let pixels = || length(value).map(|(number, unit)| in_pixels(number, unit));
        match name {
            "color" | "-webkit-text-fill-color" => {
                self.transparent = is_transparent(value);
                if let Some(colour) = colour(value) {
                    self.colour = Some(colour);
                } else if !matches!(value, "inherit" | "currentcolor") {
                    self.colour = None;
                }
            }
            "background" | "background-color" | "background-image" => {
                if value.contains("url(") || value.contains("gradient") {
                    self.ground = Ground::Unknown;
                } else if let Some(ground) = colours_in(value) {
                    self.ground = Ground::Colour(ground);
                }
            }
            "font-size" | "font" => {
                let size = value.split([' ', '/']).find_map(length);
                self.tiny = match size {
                    // What is to be computed can be anything, nothing among it.
                    None if name == "font-size" && value.contains('(') => true,
                    Some((number, "em" | "%")) if self.tiny && number > 0.0 => true,
                    Some((number, "em" | "rem")) => number <= 0.15,
                    Some((number, "%")) => number <= 15.0,
                    Some((number, "pt")) => number < 2.0,
                    Some((number, _)) => number <= 2.0,
                    None => self.tiny && matches!(value, "inherit" | "smaller" | "larger"),
                };
            }
            "visibility" => self.invisible = matches!(value, "hidden" | "collapse"),
            "display" => of.none = value == "none",
            "content-visibility" => of.faint |= value == "hidden",
            "filter" => of.faint |= value.contains("opacity(0"),
            "mso-hide" => of.mso = value == "all",
            "opacity" => of.faint = length(value).is_some_and(|(number, _)| number <= 0.05),
            "overflow" | "overflow-y" | "overflow-x" => of.clipped = matches!(value, "hidden" | "clip"),
            "max-height" => of.flat = pixels().is_some_and(|px| px < 5.0),
            "height" | "width" | "max-width" => of.small |= pixels().is_some_and(|px| px < 5.0),
            "position" => of.placed = matches!(value, "absolute" | "fixed"),
            "left" | "top" | "right" | "bottom" => {
                of.away |= pixels().is_some_and(|px| px <= OFF_SCREEN || px >= FAR);
            }
            "text-indent" | "margin" | "margin-left" | "margin-top" => {
                let away =
                    |size| length(size).is_some_and(|(number, unit)| in_pixels(number, unit) <= OFF_SCREEN);
                of.shifted |= value.split(' ').any(away);
            }
            "clip" => of.cut |= value.starts_with("rect(0") || value.starts_with("rect(1px"),
            "clip-path" => {
                of.cut |=
                    value.starts_with("inset(50%") || value.starts_with("inset(100%") || value == "circle(0)";
                of.faint |= ["circle(0", "ellipse(0", "polygon(0 0,0 0", "polygon(0 0, 0 0"]
                    .iter()
                    .any(|nothing| value.starts_with(nothing));
            }
            "transform" => {
                of.faint |= ["scale(0)", "scale(0,", "scalex(0)", "scaley(0)", "scale3d(0"]
                    .iter()
                    .any(|nothing| value.contains(nothing));
                let moved = |size: &str| {
                    length(size.trim())
                        .map(|(number, unit)| in_pixels(number, unit))
                        .is_some_and(|px| px <= OFF_SCREEN || px >= FAR)
                };
                of.shifted |= value.contains("translate") && value.split(['(', ',']).any(moved);
            }
            _ => {}
        }
    }
}

/// What an element's declarations say of its box.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one property of CSS")]
struct Declared {
    none: bool,
    mso: bool,
    faint: bool,
    clipped: bool,
    flat: bool,
    small: bool,
    placed: bool,
    away: bool,
    shifted: bool,
    cut: bool,
}

impl Declared {
    fn is_gone(&self) -> bool {
        self.none
            || self.mso
            || self.faint
            || self.flat
            || (self.clipped && self.small)
            || (self.placed && (self.away || self.cut))
            || self.shifted
    }
}

/// Whether what an element or the style sheets say of it holds a declaration like this, with its name and value.
pub(super) fn any(element: &Element, sheet: &[Rc<str>], is: impl Fn(&str, &str) -> bool) -> bool {
    let inline = plain_css(element.attr("style").unwrap_or_default());
    let sheets = sheet.iter().flat_map(|rule| declarations(rule));
    sheets.chain(declarations(&inline)).any(|(name, value, _)| is(name, value))
}

/// Name, value and whether it is important, in lower case.
fn declarations(style: &str) -> impl Iterator<Item = (&str, &str, bool)> {
    style.split(';').filter_map(|rule| {
        let (name, value) = rule.split_once(':')?;
        let value = value.trim();
        let plain = value.strip_suffix("!important").unwrap_or(value);
        Some((name.trim(), plain.trim(), plain.len() < value.len()))
    })
}

/// A number with its unit, at the beginning of a value.
fn length(value: &str) -> Option<(f32, &str)> {
    let end =
        value.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+'))).unwrap_or(value.len());
    let number = value.get(..end)?.parse().ok()?;
    let unit = value.get(end..)?;
    Some((number, unit.get(..unit.find([' ', ',', ')']).unwrap_or(unit.len()))?))
}

fn in_pixels(number: f32, unit: &str) -> f32 {
    match unit {
        "em" | "rem" => number * 16.0,
        "pt" => number * 4.0 / 3.0,
        "in" => number * 96.0,
        // A share of what is around it: 1% of a page is more than nothing.
        "%" | "vw" | "vh" => number * 10.0,
        _ => number,
    }
}

/// Declarations in lower case without comments and escapes (CSS Syntax 3 4.3.7): `d\69 splay` is `display`.
fn plain_css(style: &str) -> String {
    let lower = style.to_ascii_lowercase();
    if !lower.contains(['\\', '/']) {
        return lower;
    }
    let text = without_comments(&lower);
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        let mut code = String::new();
        while code.len() < 6
            && let Some(digit) = rest.next_if(char::is_ascii_hexdigit)
        {
            code.push(digit);
        }
        match u32::from_str_radix(&code, 16).ok().and_then(char::from_u32) {
            Some(meant) => {
                plain.extend(meant.to_lowercase());
                rest.next_if(char::is_ascii_whitespace);
            }
            None => plain.extend(rest.next()),
        }
    }
    plain
}

/// What style sheets declare, by element; only what has to do with being seen.
pub(super) struct Sheets<Id> {
    found: HashMap<Id, Vec<Rc<str>>>,
    /// Not every rule was heeded.
    pub too_much: bool,
    /// Something in them may hide or show text in a way that is not told here.
    pub uncertain: bool,
}

impl<Id: Eq + Hash> Sheets<Id> {
    pub(super) fn of(&self, element: &Id) -> &[Rc<str>] {
        self.found.get(element).map_or(&[], Vec::as_slice)
    }
}

/// Reads the `style` elements of a page. `id` names an element as the caller does.
pub(super) fn sheets<Id: Eq + Hash>(
    document: &Html,
    id: impl Fn(scraper::ElementRef<'_>) -> Id,
) -> Sheets<Id> {
    let style = Selector::parse("style").expect("constant selector");
    let mut text = String::new();
    for sheet in document.select(&style) {
        text.extend(sheet.text());
        if text.len() > LONGEST_SHEET {
            break;
        }
    }
    let Rules { found: rules, mut uncertain } = rules(&text);
    let mut found: HashMap<Id, Vec<Rc<str>>> = HashMap::new();
    let mut too_much = text.len() > LONGEST_SHEET
        || rules.len() > MOST_RULES
        || text.to_ascii_lowercase().matches("@media").count() >= MOST_MEDIA;
    let size = if rules.is_empty() { Size::default() } else { Size::of(document) };
    let mut room = MOST_STEPS;
    for (selectors, declared) in rules.into_iter().take(MOST_RULES) {
        let plain = selectors.replace("~=", "=").to_ascii_lowercase();
        let left = room.checked_sub(size.steps(&plain, &declared));
        let Some(left) = left.filter(|_| !DEAR.iter().any(|sign| plain.contains(sign))) else {
            too_much = true;
            continue;
        };
        room = left;
        uncertain |= known::writes_words(&plain, &declared);
        let Ok(selector) = Selector::parse(&selectors) else {
            // States of a link and what stands before an element hide no text; anything else may.
            uncertain |= !known::is_of_a_state(&plain) && is_hiding(&declared);
            continue;
        };
        let declared: Rc<str> = declared.into();
        for element in document.select(&selector) {
            found.entry(id(element)).or_default().push(Rc::clone(&declared));
        }
    }
    Sheets { found, too_much, uncertain }
}

/// How much of a page there is to look through.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    elements: usize,
    /// The elements around each, summed up.
    depths: usize,
}

impl Size {
    fn of(document: &Html) -> Self {
        let mut size = Self::default();
        let mut open = vec![(document.tree.root(), 0)];
        while let Some((node, depth)) = open.pop() {
            size.elements += usize::from(node.value().is_element());
            size.depths += depth;
            open.extend(node.children().map(|child| (child, depth + 1)));
        }
        size
    }

    /// The steps that a rule takes at most, about: each of its selectors for each element, a combinator for each
    /// element around it, and the reading of what it declares.
    fn steps(self, selectors: &str, declared: &str) -> usize {
        let joins = selectors.matches([' ', '>', '+']).count();
        let pieces = 1 + joins + selectors.matches([',', ':', '.', '[']).count() + declared.len() / 64;
        pieces.saturating_mul(self.elements).saturating_add(joins.saturating_mul(self.depths))
    }
}

/// The rules that have to do with being seen.
#[derive(Default)]
struct Rules {
    /// Selectors (as written: classes keep their case) with their declarations (lower case).
    found: Vec<(String, String)>,
    /// There are rules of which it is not known to whom they apply.
    uncertain: bool,
}

fn rules(text: &str) -> Rules {
    let text = &without_comments(text);
    let lower = text.to_ascii_lowercase();
    let lower = lower.as_str();
    let mut found = Vec::new();
    let mut uncertain = known::imports(lower);
    // Where something is set to nothing, what sets it back counts as well.
    let packed: String = lower.chars().filter(|c| *c != ' ').collect();
    let sizes = ["font-size:0", "font-size:1px"].iter().any(|nothing| packed.contains(nothing));
    // (from, to) in both: lowering ASCII moves nothing.
    let mut open = vec![(0, lower.len())];
    let mut media = 0;
    while let Some((from, to)) = open.pop() {
        let mut at = from;
        while let Some(brace) = lower.get(at..to).and_then(|rest| rest.find('{')).map(|found| at + found) {
            let head = lower.get(at..brace).unwrap_or_default();
            let end = closing(lower, brace, to);
            let prelude = head.rsplit(['}', ';']).next().unwrap_or_default();
            let prelude = prelude.trim();
            let prelude = prelude.trim_start_matches("<!--").trim();
            let start = brace - head.len() + head.rfind(prelude).unwrap_or(0);
            if let Some(query) = prelude.strip_prefix("@media") {
                // Rules for narrow screens, print or dark mode are not what most people see.
                media += 1;
                match known::applies(query) {
                    Some(true) if media < MOST_MEDIA => open.push((brace + 1, end)),
                    Some(_) => {}
                    None => uncertain = true,
                }
            } else if prelude.starts_with('@') {
                uncertain |= !known::is_without_rules(prelude);
            } else {
                let declared = &*plain_css(lower.get(brace + 1..end).unwrap_or_default());
                // Rules within rules (CSS Nesting).
                uncertain |= declared.contains('{');
                if concerns_sight(declared) || (sizes && declared.contains("font")) {
                    let selectors = text.get(start..start + prelude.len()).unwrap_or_default();
                    found.push((selectors.to_owned(), declared.to_owned()));
                }
            }
            at = (end + 1).min(to);
        }
    }
    Rules { found, uncertain }
}

fn without_comments(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("/*") {
        kept.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    kept
}

/// Where the block that opens at `brace` ends.
fn closing(text: &str, brace: usize, to: usize) -> usize {
    let mut depth = 0usize;
    for (at, byte) in text.bytes().enumerate().take(to).skip(brace) {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    to
}

/// Whether declarations take text out of sight by themselves.
fn is_hiding(declared: &str) -> bool {
    let mut look = Look::default();
    let mut of = Declared::default();
    for (name, value, _) in declarations(declared) {
        look.take(name, value, &mut of);
    }
    of.is_gone() || look.is_unseen()
}

fn concerns_sight(declared: &str) -> bool {
    let hides = Look::default();
    let mut look = hides;
    let mut of = Declared::default();
    for (name, value, _) in declarations(declared) {
        look.take(name, value, &mut of);
    }
    of.is_gone()
        || look != hides
        || ["color", "display:block", "line-through", "content", "vertical-align"]
            .iter()
            .any(|word| declared.contains(word))
        || declarations(declared).any(|(name, value, _)| !is_plain(name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rules_for_the_screen_at_hand_count() {
        let text = "/* .a{display:none} */ .B, #c{display:none} @media (max-width:480px){.d{display:none}} \
                    @media screen{.e{color:#fff}} @font-face{font-size:0} .f{margin:0}";
        let found: Vec<String> = rules(text).found.into_iter().map(|(selectors, _)| selectors).collect();
        assert_eq!(found, [".B, #c", ".e"]);
    }

    #[test]
    fn dear_rules_are_left_out_and_told() {
        let id = |element: scraper::ElementRef<'_>| element.value().name().to_owned();
        let page = |rule: &str, body: &str| {
            let html = format!("<style>{}</style>{body}", format!("{rule}{{display:none}}").repeat(100));
            sheets(&Html::parse_document(&html), id)
        };
        let some = "<div><p class=x>1</p><b>2</b></div>".repeat(100);
        for (rule, too_much) in [
            (".x", false),
            ("div .x", false),
            ("p.MsoNormal, li.MsoNormal, p[class~=x]", false),
            ("p:has(+ b ~ i)", true),
            ("b ~ p", true),
            ("p:nth-child(2)", true),
        ] {
            let found = page(rule, &some);
            assert_eq!(
                (found.too_much, found.of(&"p".to_owned()).is_empty()),
                (too_much, too_much),
                "{rule}"
            );
        }
        let many = page("* *:not(.x) *", &"<b>x</b>".repeat(24_000));
        assert!(many.too_much && many.of(&"b".to_owned()).len() <= MOST_STEPS);
        let deep = page("div b", &("<div>".repeat(1_000) + "<b>x</b>"));
        assert!(deep.too_much);
    }
}
