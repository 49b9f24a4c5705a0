//! The arrows between the modules, read off the sources: who may use whom, which libraries stay where, and what occurs
//! nowhere. The table is the map of `src/lib.rs` in a form that fails.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// What a module of the crate may use: modules, and libraries besides `std`. Tests within a module are not held to it.
struct May {
    module: &'static str,
    modules: &'static [&'static str],
    libraries: &'static [&'static str],
}

const fn may(
    module: &'static str,
    modules: &'static [&'static str],
    libraries: &'static [&'static str],
) -> May {
    May { module, modules, libraries }
}

/// Values and rules: no clock, no connection, no file.
const PURE: &[&str] = &["domain", "notice", "classify", "policy", "reply", "sender"];

/// The parts of `std` that reach outside. A pure module has no business with them.
const OUTSIDE: &[&str] = &["env", "fs", "io", "net", "os", "process", "thread"];

/// The one step outside of a pure module: a site's own reply texts are files, read once when the program starts.
const PURE_BUT: &[(&str, &str)] = &[("reply", "fs"), ("reply", "io")];

const ARROWS: &[May] = &[
    // Pure. Everything knows the domain, and the domain nobody; deciding needs what was found.
    may("domain", &[], &["chrono", "serde", "serde_json", "sha2", "thiserror"]),
    may(
        "notice",
        &["domain"],
        &[
            "chrono",
            "mail_parser",
            "regex",
            "scraper",
            "serde",
            "thiserror",
            "toml",
            "unicode_security",
            "uuid",
            "whatlang",
        ],
    ),
    may("classify", &["domain"], &["serde"]),
    may("policy", &["domain", "classify"], &["serde"]),
    may("reply", &["domain"], &["chrono", "minijinja", "serde", "thiserror"]),
    may("sender", &["domain"], &["thiserror", "toml"]),
    // The edges: each knows one thing outside, and none knows another edge. TLS and the two database engines
    // are what two of them share.
    may("sql", &[], &["secrecy", "sqlx", "tokio"]),
    may(
        "store",
        &["domain", "sql"],
        &["chrono", "serde", "serde_json", "sha2", "sqlx", "thiserror", "tokio", "tracing", "uuid"],
    ),
    may("hmis", &["domain", "sql"], &["chrono", "sqlx", "thiserror", "tokio"]),
    may("tls", &[], &["rustls", "rustls_native_certs", "thiserror", "tokio", "tokio_rustls"]),
    may(
        "mailbox",
        &["domain", "tls"],
        &[
            "async_imap",
            "chrono",
            "futures",
            "rustls",
            "secrecy",
            "serde",
            "strsim",
            "thiserror",
            "tokio",
            "tokio_rustls",
            "tracing",
        ],
    ),
    may(
        "mailer",
        &["domain", "tls"],
        &["chrono", "lettre", "mail_parser", "rustls", "secrecy", "thiserror", "tokio", "tokio_rustls"],
    ),
    // The time is handed down: only the shell asks for it.
    may("clock", &[], &["chrono"]),
    // What a site can set is said in the words of what it sets; lettre only reads the From field.
    may(
        "config",
        &["domain", "policy", "sql", "tls"],
        &["chrono", "chrono_tz", "cron", "lettre", "regex", "secrecy", "toml", "tracing"],
    ),
    // The shell. It speaks to the databases, the mailbox and the mail server through the edges only.
    may(
        "engine",
        &[
            "clock", "classify", "config", "domain", "hmis", "mailbox", "mailer", "notice", "policy",
            "reply", "sender", "sql", "store",
        ],
        &[
            "argon2",
            "chrono",
            "chrono_tz",
            "cron",
            "getrandom",
            "prometheus_client",
            "secrecy",
            "serde",
            "sha2",
            "subtle",
            "thiserror",
            "tokio",
            "tokio_util",
            "tracing",
            "whoami",
        ],
    ),
    // Pages over what the engine says of itself.
    may(
        "web",
        &["classify", "domain", "engine", "hmis", "notice", "store"],
        &[
            "askama",
            "axum",
            "axum_extra",
            "chrono",
            "chrono_tz",
            "governor",
            "hyper",
            "hyper_util",
            "rustls",
            "secrecy",
            "serde",
            "serde_html_form",
            "thiserror",
            "tokio",
            "tokio_io_timeout",
            "tokio_rustls",
            "tokio_util",
            "tracing",
        ],
    ),
    // Texts about the sample HMIS; lettre only encodes them as mails.
    may("demo", &["domain", "hmis"], &["chrono", "chrono_tz", "lettre", "toml"]),
    may(
        "cli",
        &[
            "clock", "classify", "config", "demo", "domain", "engine", "hmis", "mailbox", "mailer", "notice",
            "store", "web",
        ],
        &[
            "anyhow",
            "chrono",
            "chrono_tz",
            "clap",
            "clap_complete",
            "comfy_table",
            "http_body_util",
            "hyper",
            "hyper_util",
            "mail_parser",
            "rpassword",
            "rustls",
            "sd_notify",
            "secrecy",
            "serde",
            "serde_json",
            "tokio",
            "tokio_util",
            "tracing",
            "tracing_subscriber",
            "whoami",
        ],
    ),
];

/// No source file is longer than this, its tests not counted.
const MOST_LINES: usize = 500;

// ---- Reading sources -------------------------------------------------------------------------------------------------

/// A source with its comments and the contents of its literals blanked; every line keeps its number.
fn code_of(source: &str) -> String {
    let chars: Vec<char> = source.chars().collect();
    let at = |index: usize| chars.get(index).copied().unwrap_or('\0');
    let mut code = String::with_capacity(source.len());
    let mut i = 0;
    // Takes the characters up to `end`: as they are, or blanked.
    let mut take = |from: usize, end: usize, keep: bool| {
        for c in chars.get(from..end.min(chars.len())).unwrap_or_default() {
            code.push(if keep || *c == '\n' { *c } else { ' ' });
        }
        end
    };
    while i < chars.len() {
        let starts_word = i == 0 || !is_word(at(i - 1));
        let end_of = |from: usize, found: &dyn Fn(usize) -> bool| {
            (from..chars.len()).find(|index| found(*index)).unwrap_or(chars.len())
        };
        i = if at(i) == '/' && at(i + 1) == '/' {
            take(i, end_of(i, &|index| at(index) == '\n'), false)
        } else if at(i) == '/' && at(i + 1) == '*' {
            let mut depth = 0_usize;
            let mut j = i;
            loop {
                match (at(j), at(j + 1)) {
                    ('/', '*') => (depth, j) = (depth + 1, j + 2),
                    ('*', '/') => (depth, j) = (depth - 1, j + 2),
                    _ => j += 1,
                }
                if depth == 0 || j >= chars.len() {
                    break take(i, j, false);
                }
            }
        } else if let Some(hashes) = raw_string_at(&at, i).filter(|_| starts_word) {
            let closes = |index: usize| at(index) == '"' && (1..=hashes).all(|n| at(index + n) == '#');
            let opens = end_of(i, &|index| at(index) == '"');
            take(i, end_of(opens + 1, &closes) + 1 + hashes, false)
        } else if at(i) == '"' {
            let mut j = i + 1;
            while j < chars.len() && at(j) != '"' {
                j += if at(j) == '\\' { 2 } else { 1 };
            }
            take(i, j + 1, false)
        } else if at(i) == '\'' && at(i + 1) == '\\' {
            take(i, end_of(i + 3, &|index| at(index) == '\'') + 1, false)
        } else if at(i) == '\'' && at(i + 2) == '\'' {
            take(i, i + 3, false)
        } else {
            take(i, i + 1, true)
        };
    }
    code
}

/// `r"`, `r#"`, `br#"` … : the number of hashes.
fn raw_string_at(at: &impl Fn(usize) -> char, start: usize) -> Option<usize> {
    let r = if at(start) == 'b' { start + 1 } else { start };
    let hashes = (r + 1..r + 256).take_while(|index| at(*index) == '#').count();
    (at(r) == 'r' && at(r + 1 + hashes) == '"').then_some(hashes)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What stands before an item that is compiled for tests only.
const TEST_MARK: &str = "#[cfg(test)]";

/// Code without the items under `#[cfg(test)]`, and how many of its lines they took.
fn without_tests(code: &str) -> (String, usize) {
    let (mut kept, mut rest, mut lines) = (String::new(), code, 0);
    while let Some((before, item)) = rest.split_once(TEST_MARK) {
        kept.push_str(before);
        let mut depth = 0_i32;
        let end = item.char_indices().find_map(|(index, c)| {
            depth += i32::from(matches!(c, '{' | '(' | '[')) - i32::from(matches!(c, '}' | ')' | ']'));
            (depth == 0 && matches!(c, '}' | ';')).then_some(index + 1)
        });
        let (item, after) = item.split_at_checked(end.unwrap_or(item.len())).unwrap_or((item, ""));
        let newlines = item.matches('\n').count();
        lines += newlines + 1;
        kept.push_str(&"\n".repeat(newlines));
        rest = after;
    }
    kept.push_str(rest);
    (kept, lines)
}

/// Where `word` stands in the code as a word of its own: what is before, and what is after.
fn occurrences<'a>(code: &'a str, word: &str) -> Vec<(&'a str, &'a str)> {
    code.match_indices(word)
        .filter_map(|(index, _)| Some((code.get(..index)?, code.get(index + word.len()..)?)))
        .filter(|(before, after)| {
            !before.chars().next_back().is_some_and(is_word) && !after.chars().next().is_some_and(is_word)
        })
        .collect()
}

/// Whether what follows continues a path (`a::`), rather than beginning one (`::` alone does).
fn is_within_a_path(before: &str) -> bool {
    let head = before.trim_end().strip_suffix("::").and_then(|head| head.trim_end().chars().next_back());
    head.is_some_and(|last| is_word(last) || last == '>')
}

/// The first names under `root` that the code mentions, with their lines: `root::a::b`, `root::{a, b::{c, d}}`.
fn names_under(code: &str, root: &str) -> Vec<(usize, String)> {
    let mut names = Vec::new();
    for (before, after) in occurrences(code, root) {
        let Some(path) = after.trim_start().strip_prefix("::").filter(|_| !is_within_a_path(before)) else {
            continue;
        };
        let line = before.matches('\n').count() + 1;
        let path = path.trim_start();
        let Some(group) = path.strip_prefix('{') else {
            names.push((line, path.chars().take_while(|c| is_word(*c)).collect()));
            continue;
        };
        let (mut depth, mut name, mut wanted) = (1, String::new(), true);
        for (index, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ if depth == 1 && wanted && is_word(c) => {
                    name.push(c);
                    continue;
                }
                _ => {}
            }
            if !name.is_empty() {
                let newlines = group.get(..index).unwrap_or_default().matches('\n').count();
                names.push((line + newlines, std::mem::take(&mut name)));
                wanted = false;
            }
            wanted |= depth == 1 && c == ',';
            if depth == 0 {
                break;
            }
        }
    }
    names
}

/// `super::` paths that leave the module a file belongs to, written from the root instead. `depth`: 1 for `src/a.rs` and
/// `src/a/mod.rs`, 2 for `src/a/b.rs`, ….
fn from_the_root(code: &str, depth: usize) -> String {
    let compact: String = code.replace("super ::", "super::").replace(":: super", "::super");
    let (chain, long) = ("super::".repeat(depth), "super::".repeat(depth + 1));
    // A longer chain stands in a module within the file, and means the same.
    compact.replace(&long, "crate::").replace(&chain, "crate::")
}

/// What is wrong with one source of a module.
fn faults(arrow: &May, file: &str, depth: usize, source: &str, libraries: &[String]) -> Vec<String> {
    let (code, _) = without_tests(&code_of(source));
    let code = from_the_root(&code, depth);
    let mut faults = Vec::new();
    let mut fault =
        |line: usize, what: &str| faults.push(format!("{file}:{line}: {} uses {what}", arrow.module));
    for (line, name) in names_under(&code, "crate") {
        let known = ARROWS.iter().any(|other| other.module == name);
        // A name that is no module comes from an inner module's `super::`, which stays at home.
        if (known || name.is_empty()) && name != arrow.module && !arrow.modules.contains(&name.as_str()) {
            fault(line, if name.is_empty() { "everything" } else { &name });
        }
    }
    for library in libraries.iter().filter(|library| !arrow.libraries.contains(&library.as_str())) {
        for (before, after) in occurrences(&code, library) {
            let begins_path = after.trim_start().starts_with("::") && !is_within_a_path(before);
            if begins_path || before.trim_end().ends_with("use") {
                fault(before.matches('\n').count() + 1, library);
            }
        }
    }
    if PURE.contains(&arrow.module) {
        for (line, name) in names_under(&code, "std") {
            let excepted = PURE_BUT.contains(&(arrow.module, name.as_str()));
            if OUTSIDE.contains(&name.as_str()) && !excepted {
                fault(line, &format!("std::{name}"));
            }
        }
    }
    faults
}

// ---- The project's files ---------------------------------------------------------------------------------------------

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below a folder, by name; not what git and cargo keep for themselves.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder of the project can be read")
        .map(|entry| entry.expect("an entry can be read").path())
        .collect();
    entries.sort();
    let mut found = Vec::new();
    for entry in entries {
        let name = entry.file_name().unwrap_or_default();
        if entry.is_file() {
            found.push(entry);
        } else if entry.is_dir() && name != ".git" && name != "target" && !entry.join("CACHEDIR.TAG").exists()
        {
            found.extend(files(&entry));
        }
    }
    found
}

/// A source file of the crate, not compiled for tests only.
struct Source {
    /// Its path below `src`.
    path: PathBuf,
    text: String,
}

impl Source {
    /// Its path from the project's folder, for people.
    fn file(&self) -> String {
        format!("src/{}", self.path.display())
    }

    /// The top-level module it belongs to.
    fn module(&self) -> String {
        let first = self.path.iter().next().expect("a file has a name").to_string_lossy();
        first.trim_end_matches(".rs").to_owned()
    }

    /// How many modules lie between it and the crate's root.
    fn depth(&self) -> usize {
        self.path.iter().count() - usize::from(self.path.ends_with("mod.rs"))
    }

    /// The files, without their ending, that it declares as modules for tests only.
    fn test_modules(&self) -> Vec<PathBuf> {
        let folder = match self.path.file_name().and_then(|name| name.to_str()) {
            Some("mod.rs" | "lib.rs" | "main.rs") => self.path.with_file_name(""),
            Some(_) | None => self.path.with_extension(""),
        };
        let code = code_of(&self.text);
        code.split(TEST_MARK)
            .skip(1)
            .filter_map(|item| {
                let item = item.trim_start();
                item.strip_prefix("pub(crate) ").unwrap_or(item).strip_prefix("mod ")?.split_once(';')
            })
            .filter(|(name, _)| name.chars().all(is_word))
            .map(|(name, _)| folder.join(name))
            .collect()
    }
}

/// The sources of the program itself.
fn sources() -> Vec<Source> {
    let root = project().join("src");
    let mut sources: Vec<Source> = files(&root)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "rs"))
        .map(|path| Source {
            path: path.strip_prefix(&root).expect("it is below src").to_owned(),
            text: fs::read_to_string(&path).expect("a source is UTF-8"),
        })
        .collect();
    let for_tests: Vec<PathBuf> = sources.iter().flat_map(Source::test_modules).collect();
    assert!(for_tests.iter().any(|module| module == Path::new("domain/tests")), "{for_tests:?}");
    sources
        .retain(|source| !for_tests.iter().any(|module| source.path.with_extension("").starts_with(module)));
    assert!(sources.len() > 20, "the sources were not found");
    sources
}

/// The libraries the program is built from, as code names them.
fn libraries() -> Vec<String> {
    let text = fs::read_to_string(project().join("Cargo.toml")).expect("it is there");
    let manifest: toml::Table = text.parse().expect("it is TOML");
    let dependencies = manifest.get("dependencies").and_then(toml::Value::as_table).expect("there are some");
    dependencies.keys().map(|name| name.replace('-', "_")).collect()
}

// ---- What holds ------------------------------------------------------------------------------------------------------

#[test]
fn no_module_uses_what_it_should_not_know() {
    let libraries = libraries();
    let mut found = Vec::new();
    for source in sources() {
        let module = source.module();
        if module == "lib" || module == "main" {
            continue;
        }
        match ARROWS.iter().find(|arrow| arrow.module == module) {
            Some(arrow) => {
                found.extend(faults(arrow, &source.file(), source.depth(), &source.text, &libraries));
            }
            None => found.push(format!("{}: the module has no row in ARROWS", source.file())),
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_table_itself_keeps_the_layers_apart() {
    let layer = |module: &str| match module {
        "store" | "mailbox" | "mailer" | "hmis" => "edge",
        "clock" | "config" | "engine" | "web" | "demo" | "cli" => "shell",
        "tls" | "sql" => "shared",
        pure if PURE.contains(&pure) => "pure",
        other => unreachable!("{other} has no layer"),
    };
    let rank = |module: &str| ARROWS.iter().position(|arrow| arrow.module == module).expect("it has a row");
    for arrow in ARROWS {
        for used in arrow.modules {
            let allowed: &[&str] = match layer(arrow.module) {
                "pure" => &["pure"],
                "edge" => &["pure", "shared"],
                "shared" => &[],
                _ => &["pure", "edge", "shared", "shell"],
            };
            assert!(allowed.contains(&layer(used)), "{} → {used}", arrow.module);
            assert!(
                rank(used) < rank(arrow.module),
                "{} → {used} goes upwards, or in a circle",
                arrow.module
            );
        }
        if PURE.contains(&arrow.module) {
            for library in ["tokio", "sqlx", "tracing", "cron", "async_imap", "lettre"] {
                assert!(
                    !arrow.libraries.contains(&library),
                    "{} is pure, and may not use {library}",
                    arrow.module
                );
            }
        }
    }
    let libraries = libraries();
    for library in ARROWS.iter().flat_map(|arrow| arrow.libraries) {
        assert!(libraries.iter().any(|known| known == library), "{library} is not in Cargo.toml");
    }
}

#[test]
fn no_source_is_too_long_to_read() {
    let mut found = Vec::new();
    for source in sources() {
        let (_, of_tests) = without_tests(&code_of(&source.text));
        let lines = source.text.lines().count() - of_tests.min(source.text.lines().count());
        if lines > MOST_LINES {
            found.push(format!("{}: {lines} lines without its tests; split it by topic", source.file()));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn nothing_steps_out_of_the_languages_safety() {
    for path in files(project()).iter().filter(|path| path.extension().is_some_and(|ending| ending == "rs")) {
        let code = code_of(&fs::read_to_string(path).expect("a source is UTF-8"));
        assert!(occurrences(&code, "unsafe").is_empty(), "{}", path.display());
    }
}

/// Where packages come from is the machine's business. `Cargo.lock` names it by itself.
#[test]
fn no_file_names_a_package_registrys_host() {
    let hosts = [
        ["crates", "io"],
        ["npmjs", "com"],
        ["npmjs", "org"],
        ["pypi", "org"],
        ["pythonhosted", "org"],
        ["docker", "io"],
    ]
    .map(|parts| parts.join("."));
    let mut found = Vec::new();
    for path in files(project()).iter().filter(|path| !path.ends_with("Cargo.lock")) {
        let bytes = fs::read(path).expect("a file of the project can be read");
        let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
        found.extend(
            hosts
                .iter()
                .filter(|host| !occurrences(&text, host).is_empty())
                .map(|host| format!("{}: {host}", path.display())),
        );
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

// ---- That it can fail ------------------------------------------------------------------------------------------------

const MADE_UP: &str = r##"
//! Speaks of crate::mailer and of unsafe code, which is no use of either.
use std::{collections::BTreeMap, fs::File};
use crate::{
    domain::{AgencyId, store},
    hmis::Hmis, mailbox,
};
/* crate::engine /* nested */ crate::cli */
fn asks<'a>(text: &'a str) -> char {
    let said = "crate::store\" and sqlx::query"; let raw = r#"tokio::spawn("now")"#;
    let now = super::super::clock::Clock::system();
    let row = sqlx::query(text); let own = mine::sqlx::query(text); let quote = '"';
    crate::reply::letter(quote, '\'')
}
#[cfg(test)]
mod tests {
    use crate::mailer::Mailer;
}
async fn later() { ::tokio::spawn(async {}); }
"##;

#[test]
fn a_made_up_source_is_found_out() {
    let arrow = may("classify", &["domain"], &[]);
    let libraries = ["sqlx".to_owned(), "tokio".to_owned()];
    let found = faults(&arrow, "x.rs", 2, MADE_UP, &libraries);
    let expected = [
        "x.rs:6: classify uses hmis",
        "x.rs:6: classify uses mailbox",
        "x.rs:11: classify uses clock",
        "x.rs:13: classify uses reply",
        "x.rs:12: classify uses sqlx",
        "x.rs:19: classify uses tokio",
        "x.rs:3: classify uses std::fs",
    ];
    assert_eq!(found, expected);

    let everything = may("cli", &["clock", "domain", "hmis", "mailbox", "reply"], &["sqlx", "tokio"]);
    assert_eq!(faults(&everything, "x.rs", 2, MADE_UP, &libraries), Vec::<String>::new());
    assert_eq!(
        faults(&may("domain", &[], &[]), "x.rs", 1, "use crate::*;", &[]),
        ["x.rs:1: domain uses everything"]
    );
}

#[test]
fn lines_of_tests_are_not_counted_and_words_are_whole() {
    let (code, lines) = without_tests(&code_of(MADE_UP));
    assert_eq!(lines, 4);
    assert_eq!(code.lines().count(), MADE_UP.lines().count(), "every line keeps its number");
    assert!(code.contains("fn later") && !code.contains("Mailer"));
    assert!(occurrences(&code_of(MADE_UP), "unsafe").is_empty());
    assert_eq!(occurrences("unsafe { not_unsafe() }", "unsafe").len(), 1);
}
