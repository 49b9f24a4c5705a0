//! Tables and forms in a mail's text: rows spelt out as `header: cell, header: cell`, dotted leaders as colons, so
//! that one way of reading serves prose, fields and tables.

use std::borrow::Cow;

/// Dots that lead from a field's name to its value.
const LEADER: &str = "...";
/// Letters of a cell; longer ones are prose that happens to hold a separator.
const LONGEST_CELL: usize = 60;

/// `Client ID ........ 1555555` as `Client ID: 1555555`; other lines as they are.
pub(super) fn field(line: &str) -> Cow<'_, str> {
    let Some((name, rest)) = line.split_once(LEADER) else { return Cow::Borrowed(line) };
    // A colon behind the dots leads to the value as well.
    let value = rest.trim_start_matches(['.', ' ', ':']);
    // "Well ... I think so" is no field.
    let led = rest.starts_with('.') || (name.ends_with(' ') && name.trim().contains(' '));
    if !led
        || name.trim().is_empty()
        || name.len() > LONGEST_CELL
        || value.is_empty()
        || unnumbered(name).trim_end().contains(". ")
    {
        return Cow::Borrowed(line);
    }
    Cow::Owned(format!("{}: {value}", name.trim_end_matches(['.', ' ', ':'])))
}

/// "2. Client ID" without the number of the item.
fn unnumbered(name: &str) -> &str {
    let rest = name.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
    rest.strip_prefix(['.', ')']).filter(|_| rest.len() < name.len()).unwrap_or(name).trim_start()
}

/// How many lines from `index` on form a table; 0 or 1 if none does.
pub(super) fn length(lines: &[&str], index: usize) -> usize {
    let corner = usize::from(has_empty_corner(lines.get(index..).unwrap_or_default()));
    let first = lines.get(index).map_or(0, |line| width(line)) + corner;
    if first >= 2 + corner {
        let fits = |line: &&str| {
            let width = width(line);
            is_rule(line)
                || width == first
                || (width > 1 && width + corner == first)
                || (width > 1 && width + 1 >= first && first > 2)
        };
        let found = lines.iter().skip(index).take_while(|line| fits(line)).count();
        if found > 1 {
            return found;
        }
    }
    aligned(lines, index)
}

/// A header drawn with blanks whose first column has no name.
fn has_empty_corner(lines: &[&str]) -> bool {
    let first = lines.first().filter(|first| first.starts_with("    ") && width(first) > 1);
    let below = || lines.iter().skip(1).find(|line| !is_rule(line));
    first.is_some_and(|first| below().is_some_and(|below| width(first) + 1 == width(below)))
}

/// Columns two blanks apart: a table only if those of the next lines begin where those of the first do.
fn aligned(lines: &[&str], index: usize) -> usize {
    let starts =
        |line: &str| -> Vec<usize> { wide_cells(line).into_iter().map(|cell| offset(line, cell)).collect() };
    let Some(first) = lines.get(index).map(|line| starts(line)).filter(|starts| starts.len() >= 2) else {
        return 0;
    };
    lines.iter().skip(index).take_while(|line| is_rule(line) || starts(line) == first).count()
}

/// Where a piece of a line begins in it.
fn offset(line: &str, piece: &str) -> usize {
    (piece.as_ptr() as usize).saturating_sub(line.as_ptr() as usize)
}

fn wide_cells(line: &str) -> Vec<&str> {
    line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect()
}

/// A line drawn under a header or around a table.
fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 3 && line.chars().all(|c| "-=+_|: ".contains(c))
}

fn width(line: &str) -> usize {
    let cells = cells(line);
    if cells.iter().any(|cell| cell.len() > LONGEST_CELL) { 1 } else { cells.len() }
}

fn cells(line: &str) -> Vec<&str> {
    let line = line.trim_matches([' ', '\r']).trim_matches('|');
    let filled = |cells: &[&str]| cells.iter().filter(|cell| !cell.trim().is_empty()).count() > 1;
    for separator in ["\t", "|"] {
        // Tabs and bars are columns even where a cell is empty.
        let cells: Vec<&str> = line.split(separator).map(str::trim).collect();
        if filled(&cells) {
            return cells;
        }
    }
    if line.contains("   ") { wide_cells(line) } else { comma_cells(line).unwrap_or_else(|| vec![line]) }
}

/// Rows as a spreadsheet exports them: no blank behind the commas.
fn comma_cells(line: &str) -> Option<Vec<&str>> {
    let cells: Vec<&str> = line.split([',', ';']).collect();
    let short = |cell: &&str| !cell.is_empty() && cell.len() <= 24 && cell.trim() == *cell;
    // 1,555,555 is a number.
    let number = cells.iter().skip(1).all(|cell| cell.len() == 3 && cell.chars().all(|c| c.is_ascii_digit()));
    (cells.len() >= 2 && cells.iter().all(short) && !number).then_some(cells)
}

/// The rows of a table, each as one line.
pub(super) fn spell_out(lines: &[&str]) -> Vec<String> {
    let mut rows: Vec<Vec<&str>> = lines
        .iter()
        .filter(|line| !is_rule(line))
        .map(|line| if width(line) > 1 { cells(line) } else { wide_cells(line) })
        .collect();
    if let Some(first) = rows.first_mut().filter(|_| has_empty_corner(lines)) {
        first.insert(0, "");
    }
    let header = rows.split_first().filter(|(first, rest)| is_header(first, rest)).map(|(first, _)| first);
    let row_names = header.is_some_and(|header| names_rows(header, rows.get(1..).unwrap_or_default()));
    let spelt = |row: &Vec<&str>| {
        let mut text = String::new();
        let row_name = row.first().filter(|_| row_names).copied().unwrap_or_default();
        for (column, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            if row_names && column == 0 {
                continue;
            }
            if !text.is_empty() {
                // A label in the first column belongs to what stands right of it.
                text.push_str(if header.is_none() && row.len() == 2 { ": " } else { ", " });
            }
            let name = header
                .and_then(|header| header.get(column))
                .map(|name| column_name(name))
                .unwrap_or_default();
            if !name.is_empty() {
                if !row_name.is_empty() {
                    text.push_str(row_name.trim_end_matches(':'));
                    text.push(' ');
                }
                text.push_str(&name);
                text.push_str(": ");
            }
            text.push_str(cell);
        }
        text.replace(":: ", ": ")
    };
    rows.iter().skip(usize::from(header.is_some())).map(spelt).collect()
}

/// `new_id`, `newId` and `New, open` as words without signs of their own; "before" and "after" as what they mean.
fn column_name(cell: &str) -> String {
    match cell.to_ascii_lowercase().as_str() {
        "before" | "was" | "from" => return "Old".to_owned(),
        "after" | "now" | "to" => return "New".to_owned(),
        _ => {}
    }
    let mut name = String::new();
    let mut previous = ' ';
    for c in cell.trim_end_matches(':').chars() {
        if c.is_uppercase() && previous.is_lowercase() {
            name.push(' ');
        }
        name.push(if matches!(c, '_' | ',' | ';') { ' ' } else { c });
        previous = c;
    }
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether the first row names the columns.
fn is_header(first: &[&str], rest: &[Vec<&str>]) -> bool {
    let has_digits = |cell: &&str| digits(cell) >= 3;
    if rest.is_empty() || first.iter().any(has_digits) {
        return false;
    }
    // "Created by:  Stonebridge"
    let fields = |row: &[&str]| row.len() == 2 && row.first().is_some_and(|name| name.ends_with([':', '?']));
    if fields(first) && rest.iter().all(|row| fields(row)) {
        return false;
    }
    let labels = rest.iter().any(|row| row.first().copied().is_some_and(is_label));
    // Names and values in two columns have no header, unless it says what both hold.
    !labels || (first.len() > 2 && names_rows(first, rest))
}

/// Whether the first column names the rows: a form with columns such as "old" and "new".
fn names_rows(header: &[&str], rest: &[Vec<&str>]) -> bool {
    let words = |cell: &&str| rest.len() < 400 && digits(cell) == 0 && cell.chars().any(char::is_alphabetic);
    let corner = header.first().is_none_or(|cell| !cell.chars().any(char::is_alphanumeric));
    let labels = rest.iter().any(|row| row.first().copied().is_some_and(is_label));
    header.len() > 2 && (corner || labels) && rest.iter().all(|row| row.first().is_some_and(words))
}

fn digits(cell: &str) -> usize {
    cell.chars().filter(char::is_ascii_digit).count()
}

fn is_label(cell: &str) -> bool {
    let lower = cell.to_ascii_lowercase();
    !cell.chars().any(|c| c.is_ascii_digit())
        && ["client", "id", "date", "scenario", "agency", "record", "revoked", "project", "staff", "request"]
            .iter()
            .any(|word| lower.split(|c: char| !c.is_ascii_alphabetic()).any(|part| part == *word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelt(text: &str) -> Vec<String> {
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(length(&lines, 0), lines.len(), "{text}");
        spell_out(&lines)
    }

    #[test]
    fn columns_however_they_are_drawn() {
        let wanted = ["Old ID: 2433105, New ID: 3004100", "Old ID: 2433106, New ID: 3004101"];
        for text in [
            "Old ID\tNew ID\n2433105\t3004100\n2433106\t3004101",
            "| Old ID | New ID |\n|---|---|\n| 2433105 | 3004100 |\n| 2433106 | 3004101 |",
            "Old ID     New ID\n-------    -------\n2433105    3004100\n2433106    3004101",
            "Old ID   New ID\n2433105  3004100\n2433106  3004101",
            " old_id  | new_id\n---------+--------\n 2433105 | 3004100\n 2433106 | 3004101",
            "old_id,new_id\n2433105,3004100\n2433106,3004101",
        ] {
            let found: Vec<String> = spelt(text).iter().map(|row| row.to_lowercase()).collect();
            assert_eq!(found, wanted.map(str::to_lowercase), "{text}");
        }
    }

    #[test]
    fn forms_with_columns() {
        assert_eq!(
            spelt("           Before     After\nRecord     1725536    1943340"),
            ["Record Old: 1725536, Record New: 1943340"]
        );
        assert_eq!(
            spelt(
                "\tOld (please close)\tNew (closed, ours)\nClient ID\t1725536\t1943340\nProject\t2750\t2750"
            ),
            [
                "Client ID Old (please close): 1725536, Client ID New (closed ours): 1943340",
                "Project Old (please close): 2750, Project New (closed ours): 2750"
            ]
        );
    }

    #[test]
    fn names_and_values() {
        assert_eq!(spelt("Client ID\t1555555\nScenario\t1"), ["Client ID: 1555555", "Scenario: 1"]);
        assert_eq!(
            spelt("| Agency | Riverbend |\n| Client ID | 1555555 |"),
            ["Agency: Riverbend", "Client ID: 1555555"]
        );
    }

    #[test]
    fn dots_lead_from_a_name_to_its_value() {
        for (line, wanted) in [
            ("HMIS client ID ........ 1284407", "HMIS client ID: 1284407"),
            ("Report no. .......... 2026-00317", "Report no: 2026-00317"),
            ("Enrollment....3318207", "Enrollment: 3318207"),
            ("Data by other agencies? ....... Yes", "Data by other agencies?: Yes"),
            ("she said... well, close it", "she said... well, close it"),
            ("Done. And so ... 1555555", "Done. And so ... 1555555"),
        ] {
            assert_eq!(field(line), wanted, "{line}");
        }
    }

    #[test]
    fn prose_is_no_table() {
        for text in
            ["He left.  She stayed.\nThey closed.  All is well.", "one, two and three\nfour, five and six"]
        {
            let lines: Vec<&str> = text.lines().collect();
            assert!(length(&lines, 0) < 2, "{text}");
        }
    }

    #[test]
    fn a_page_of_blanks_or_rules_is_no_trouble() {
        let line = "word  ".repeat(14_000);
        let starts: Vec<usize> = wide_cells(&line).into_iter().map(|cell| offset(&line, cell)).collect();
        assert!(starts.iter().copied().eq((0..14_000).map(|nth| nth * 6)));
        let rules = vec!["---"; 20_000];
        assert!((0..rules.len()).all(|index| length(&rules, index) < 2));
    }
}
