//! What the names of elements say of lines, rows and of being shown.

use scraper::{ElementRef, Node, node::Element};

/// Letters from which on a cell holds text of the mail and its table only arranges the page.
pub(super) const LONGEST_CELL: usize = 160;

/// A row of data, not one that only arranges the page: several cells, none with a table or a text in it.
pub(super) fn is_data_row<'a>(cells: impl Iterator<Item = ElementRef<'a>>) -> bool {
    let mut columns = 0;
    for cell in cells.filter(|cell| matches!(cell.value().name(), "td" | "th")) {
        columns += 1;
        let mut room = LONGEST_CELL;
        for inner in cell.descendants() {
            match inner.value() {
                Node::Element(element) if element.name() == "table" => return false,
                Node::Text(text) => {
                    let said = text.split_whitespace().map(str::len).sum::<usize>();
                    let Some(left) = room.checked_sub(said) else { return false };
                    room = left;
                }
                Node::Element(_)
                | Node::Comment(_)
                | Node::Doctype(_)
                | Node::Document
                | Node::Fragment
                | Node::ProcessingInstruction(_) => {}
            }
        }
    }
    columns > 1
}

/// Elements whose text is no text of the page.
pub(super) fn is_code(name: &str) -> bool {
    matches!(name, "script" | "style")
}

/// Elements whose text mail programs do not show, or not as text. They do show `noscript`.
pub(super) fn is_set_apart(name: &str) -> bool {
    matches!(
        name,
        "title"
            | "template"
            | "svg"
            | "iframe"
            | "noframes"
            | "noembed"
            | "object"
            | "select"
            | "datalist"
            | "canvas"
            | "progress"
            | "meter"
            | "audio"
            | "video"
    )
}

/// What is not seen until somebody opens it.
pub(super) fn is_closed(element: &Element) -> bool {
    matches!(element.name(), "details" | "dialog") && element.attr("open").is_none()
}

pub(super) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "li"
            | "ul"
            | "ol"
            | "dl"
            | "dt"
            | "dd"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "blockquote"
            | "address"
            | "article"
            | "section"
            | "header"
            | "footer"
            | "main"
            | "center"
            | "form"
            | "fieldset"
            | "caption"
            | "body"
    )
}
