//! Colours as style sheets and old attributes write them (CSS Color 4).

pub(super) type Rgb = [u8; 3];

/// The names and what they stand for (CSS Color 4 6.1), and the colour of text by itself.
const NAMED: &str = "aliceblue f0f8ff antiquewhite faebd7 aqua 00ffff aquamarine 7fffd4 azure f0ffff beige f5f5dc bisque ffe4c4 \
     black 000000 blanchedalmond ffebcd blue 0000ff blueviolet 8a2be2 brown a52a2a burlywood deb887 \
     cadetblue 5f9ea0 chartreuse 7fff00 chocolate d2691e coral ff7f50 cornflowerblue 6495ed cornsilk fff8dc \
     crimson dc143c cyan 00ffff darkblue 00008b darkcyan 008b8b darkgoldenrod b8860b darkgray a9a9a9 \
     darkgreen 006400 darkgrey a9a9a9 darkkhaki bdb76b darkmagenta 8b008b darkolivegreen 556b2f \
     darkorange ff8c00 darkorchid 9932cc darkred 8b0000 darksalmon e9967a darkseagreen 8fbc8f \
     darkslateblue 483d8b darkslategray 2f4f4f darkslategrey 2f4f4f darkturquoise 00ced1 darkviolet 9400d3 \
     deeppink ff1493 deepskyblue 00bfff dimgray 696969 dimgrey 696969 dodgerblue 1e90ff firebrick b22222 \
     floralwhite fffaf0 forestgreen 228b22 fuchsia ff00ff gainsboro dcdcdc ghostwhite f8f8ff gold ffd700 \
     goldenrod daa520 gray 808080 green 008000 greenyellow adff2f grey 808080 honeydew f0fff0 hotpink ff69b4 \
     indianred cd5c5c indigo 4b0082 ivory fffff0 khaki f0e68c lavender e6e6fa lavenderblush fff0f5 \
     lawngreen 7cfc00 lemonchiffon fffacd lightblue add8e6 lightcoral f08080 lightcyan e0ffff \
     lightgoldenrodyellow fafad2 lightgray d3d3d3 lightgreen 90ee90 lightgrey d3d3d3 lightpink ffb6c1 \
     lightsalmon ffa07a lightseagreen 20b2aa lightskyblue 87cefa lightslategray 778899 lightslategrey 778899 \
     lightsteelblue b0c4de lightyellow ffffe0 lime 00ff00 limegreen 32cd32 linen faf0e6 magenta ff00ff \
     maroon 800000 mediumaquamarine 66cdaa mediumblue 0000cd mediumorchid ba55d3 mediumpurple 9370db \
     mediumseagreen 3cb371 mediumslateblue 7b68ee mediumspringgreen 00fa9a mediumturquoise 48d1cc \
     mediumvioletred c71585 midnightblue 191970 mintcream f5fffa mistyrose ffe4e1 moccasin ffe4b5 \
     navajowhite ffdead navy 000080 oldlace fdf5e6 olive 808000 olivedrab 6b8e23 orange ffa500 orangered ff4500 \
     orchid da70d6 palegoldenrod eee8aa palegreen 98fb98 paleturquoise afeeee palevioletred db7093 \
     papayawhip ffefd5 peachpuff ffdab9 peru cd853f pink ffc0cb plum dda0dd powderblue b0e0e6 purple 800080 \
     rebeccapurple 663399 red ff0000 rosybrown bc8f8f royalblue 4169e1 saddlebrown 8b4513 salmon fa8072 \
     sandybrown f4a460 seagreen 2e8b57 seashell fff5ee sienna a0522d silver c0c0c0 skyblue 87ceeb \
     slateblue 6a5acd slategray 708090 slategrey 708090 snow fffafa springgreen 00ff7f steelblue 4682b4 \
     tan d2b48c teal 008080 thistle d8bfd8 tomato ff6347 turquoise 40e0d0 violet ee82ee wheat f5deb3 \
     white ffffff whitesmoke f5f5f5 yellow ffff00 yellowgreen 9acd32 windowtext 000000 canvastext 000000";

/// A share of 1 or a percentage, as colours have them behind (CSS Color 4 4.2).
pub(super) fn is_transparent(value: &str) -> bool {
    let inner = value.split_once('(').map_or("", |(_, inner)| inner.trim_end_matches(')'));
    let alpha = inner.split_once('/').map(|(_, alpha)| alpha).or_else(|| inner.split(',').nth(3));
    let share = alpha.map(str::trim).and_then(|alpha| match alpha.strip_suffix('%') {
        Some(percent) => percent.parse::<f32>().ok().map(|percent| percent / 100.0),
        None => alpha.parse().ok(),
    });
    let hex = value.strip_prefix('#').is_some_and(|digits| match digits.len() {
        4 => digits.ends_with('0'),
        8 => digits.ends_with("00"),
        _ => false,
    });
    value == "transparent" || hex || share.is_some_and(|share| share <= 0.05)
}

pub(super) fn colours_in(value: &str) -> Option<Rgb> {
    colour(value).or_else(|| value.split(' ').find_map(colour))
}

/// `#fff`, `#ffffff`, `rgb(…)`, `rgba(…)`, and the names.
pub(super) fn colour(value: &str) -> Option<Rgb> {
    let value = value.trim().to_ascii_lowercase();
    match NAMED.split_whitespace().step_by(2).position(|name| name == value) {
        Some(nth) => hexadecimal(&format!("#{}", NAMED.split_whitespace().nth(2 * nth + 1)?)),
        None => hexadecimal(&value).or_else(|| channels(&value)),
    }
}

fn hexadecimal(value: &str) -> Option<Rgb> {
    let digits: Vec<u8> = value
        .strip_prefix('#')?
        .chars()
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    match digits.as_slice() {
        [r, g, b] | [r, g, b, _] => Some([r * 17, g * 17, b * 17]),
        [r, rr, g, gg, b, bb] | [r, rr, g, gg, b, bb, _, _] => Some([r * 16 + rr, g * 16 + gg, b * 16 + bb]),
        _ => None,
    }
}

/// The three channels of `rgb(…)` as numbers or percentages, and of `hsl(…)` where its lightness alone tells them.
fn channels(value: &str) -> Option<Rgb> {
    let (function, inner) = value.split_once('(')?;
    let mut pieces = inner.split([',', ' ', '/', ')']).filter(|part| !part.is_empty());
    let channel = |piece: &str| -> Option<u8> {
        match piece.strip_suffix('%') {
            Some(percent) => percent.parse::<f32>().ok().and_then(share_of_255),
            None => piece.parse::<f32>().ok().and_then(|number| share_of_255(number / 2.55)),
        }
    };
    match function {
        "rgb" | "rgba" => {
            Some([channel(pieces.next()?)?, channel(pieces.next()?)?, channel(pieces.next()?)?])
        }
        "hsl" | "hsla" => {
            let lightness = pieces.nth(2)?.strip_suffix('%')?.parse::<f32>().ok()?;
            let grey = share_of_255(lightness)?;
            (!(10.0..=90.0).contains(&lightness)).then_some([grey; 3])
        }
        _ => None,
    }
}

fn share_of_255(percent: f32) -> Option<u8> {
    format!("{:.0}", percent.clamp(0.0, 100.0) * 2.55).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_as_they_are_written() {
        let table = [
            ("#FFF", Some([255; 3])),
            ("#fefefe", Some([254; 3])),
            ("rgb(255, 255,255)", Some([255; 3])),
            ("rgba(0,0,0,0.5)", Some([0; 3])),
            ("White", Some([255; 3])),
            ("rgb(100%, 0%, 50%)", Some([255, 0, 128])),
            ("hsl(0, 0%, 100%)", Some([255; 3])),
            ("hsl(120, 50%, 50%)", None),
            ("inherit", None),
            ("#ab", None),
        ];
        for (given, wanted) in table {
            assert_eq!(colour(given), wanted, "{given}");
        }
        for (value, clear) in [
            ("rgba(0, 0, 0, 0)", true),
            ("rgba(0,0,0,1)", false),
            ("rgb(0 0 0 / 0%)", true),
            ("rgb(0 0 0)", false),
            ("rgb(0,0,0)", false),
            ("#00000000", true),
            ("#000000", false),
            ("#000", false),
        ] {
            assert_eq!(is_transparent(value), clear, "{value}");
        }
    }
}
