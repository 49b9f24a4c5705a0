use super::*;

const MINIMAL: &str = r#"
    [mailbox]
    kind = "maildir"
    path = "Maildir"
    [smtp]
    kind = "files"
    path = "sent"
    from = "HMIS Helpdesk <helpdesk@hmis.example>"
    [senders]
    authserv_id = "mx.hmis.example"
"#;

fn read(text: &str) -> Result<Config, Vec<Problem>> {
    parse(text, "roi-desk.toml", Path::new("/etc/roi-desk"), [])
}

fn problems(text: &str) -> Vec<String> {
    read(text).err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

#[test]
fn a_site_starts_safe() {
    let config = read(MINIMAL).expect("complete");
    assert_eq!(config.mode, Mode::Shadow);
    assert_eq!(config.hmis.changed_by, ChangedBy::Person);
    assert!(!config.hmis.live);
    assert_eq!(
        config.rules,
        Rules { scenario_1: Level::Approve, scenario_2: Level::Approve, priority_list: Level::Approve }
    );
    assert!(config.console.listen.ip().is_loopback());
    assert!(config.console.tls.is_none() && config.console.trusted_proxy.is_empty());
    assert_eq!(config.mailbox.since, Duration::from_secs(3 * 86_400));
    assert_eq!(config.authserv_id.as_deref(), Some("mx.hmis.example"));
    assert_eq!(config.agencies_file, Path::new("/etc/roi-desk/agencies.toml"));
    assert_eq!(config.schedule.len(), 5);
}

#[test]
fn each_way_to_tls_is_read() {
    let tls = |way: &str| {
        let section =
            format!("[mailbox]\nuser = \"desk\"\npassword = \"x\"\nhost = \"localhost\"\ntls = \"{way}\"");
        problems(&section).into_iter().find(|problem| problem.contains("mailbox.tls"))
    };
    for way in ["implicit", "starttls", "none"] {
        assert_eq!(tls(way), None);
    }
    assert!(
        tls("ssl").is_some_and(|problem| problem.contains("\"ssl\" is none of implicit, starttls, none"))
    );
}

#[test]
fn all_problems_are_told_at_once_with_file_and_key() {
    let found = problems(
        r#"
        time_zone = "Chicago"
        [mailbox]
        host = "imap.example.org"
        tls = "none"
        hots = "x"
        poll_every = 60
        [smtp]
        kind = "pigeon"
        from = "nobody"
        [hmis]
        changes = "apply"
        [policy]
        mode = "dry-run"
        client_id = '['
        [schedule]
        digest = "0 30 8 * * 1-5"
        backup = "0 45 3 30 Feb *"
        "#,
    );
    for expected in [
        "time_zone: \"Chicago\" is no IANA time zone",
        "mailbox.tls: \"none\" is for loopback addresses only",
        "mailbox.hots: is not a key of the configuration",
        "mailbox.poll_every: is a whole number, and should be a text in quotes",
        "mailbox.user: is empty",
        "smtp.kind: \"pigeon\" is none of smtp, files",
        "smtp.from: is not of the form",
        "hmis.changes: \"apply\" needs role = \"live\"",
        "senders.authserv_id: is empty",
        "policy.mode: \"dry-run\" is none of shadow, live",
        "policy.client_id: \"[\" is not a regular expression",
        "schedule.digest: write weekdays as names",
        "schedule.backup: \"0 45 3 30 Feb *\" never comes: there is no such day",
    ] {
        assert!(
            found.iter().any(|line| line.starts_with(&format!("roi-desk.toml: {expected}"))),
            "{expected} is missing in {found:#?}"
        );
    }
}

#[test]
fn the_environment_overrides_and_is_named_when_it_is_wrong() {
    let set = |name: &str, value: &str| {
        parse(MINIMAL, "roi-desk.toml", Path::new(""), [(name.to_owned(), value.to_owned())])
    };
    assert_eq!(set("ROI_DESK__POLICY__MODE", "live").expect("valid").mode, Mode::Live);
    let notify = set("ROI_DESK__STAFF__NOTIFY", r#"["staff@hmis.example"]"#).expect("valid").notify;
    assert_eq!(notify.len(), 1);
    assert_eq!(set("ROI_DESK_CONFIG", "ignored").expect("not ours").mode, Mode::Shadow);
    let wrong = set("ROI_DESK__POLICY__MODE", "on").err().unwrap_or_default();
    assert_eq!(
        wrong.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["environment ROI_DESK__POLICY__MODE: policy.mode: \"on\" is none of shadow, live"]
    );
    assert!(set("ROI_DESK__POLICY__MOOD", "good").is_err());
}

#[test]
fn a_secret_comes_from_its_file_and_never_shows() {
    use secrecy::ExposeSecret;
    let folder = tempfile::tempdir().expect("temp dir");
    std::fs::write(folder.path().join("password"), "s3cret\n").expect("write");
    let text = r#"
        [mailbox]
        host = "localhost"
        user = "worker"
        password_file = "password"
        [smtp]
        kind = "files"
        path = "sent"
        from = "helpdesk@hmis.example"
        [senders]
        require = "none"
    "#;
    let config = parse(text, "x.toml", folder.path(), []).expect("valid");
    let MailboxKind::Imap(server) = &config.mailbox.kind else {
        unreachable!("an IMAP mailbox was configured")
    };
    let (_, password) = server.login.as_ref().expect("login");
    assert_eq!(password.expose_secret(), "s3cret");
    assert!(!format!("{config:?}").contains("s3cret"));

    let missing = parse(&text.replace("\"password\"", "\"nowhere\""), "x.toml", folder.path(), []).err();
    let lines: Vec<_> = missing.unwrap_or_default().iter().map(ToString::to_string).collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(
        lines.iter().all(|line| line.contains("mailbox.password_file") && line.contains("cannot be read"))
    );
}

#[test]
fn the_example_is_valid_once_its_files_are_there() {
    let folder = tempfile::tempdir().expect("temp dir");
    std::fs::write(folder.path().join("imap-password"), "x").expect("write");
    let example = include_str!("../../config/example.toml");
    let here = example.replace("/etc/roi-desk/", &format!("{}/", folder.path().display()));
    let config = parse(&here, "example.toml", folder.path(), []).expect("the example is valid");
    assert_eq!(config.mode, Mode::Shadow);
}

#[test]
fn what_is_not_toml_says_where() {
    let found = problems("[mailbox\nkind = 3");
    assert!(found.iter().any(|line| line.contains("is not TOML") && line.contains("line 1")), "{found:?}");
}

#[test]
fn a_slip_in_the_line_of_a_password_shows_neither_it_nor_problems_that_are_none() {
    let found = problems(&format!("{MINIMAL}\n[database]\npassword = \"hunter2\n"));
    assert!(
        found.iter().any(|problem| problem.contains("is not TOML") && problem.contains("line")),
        "{found:?}"
    );
    assert!(!found.join("").contains("hunter2"), "it would stand in the journal: {found:?}");
    assert_eq!(found.len(), 1, "nothing else is wrong: {found:?}");
}

#[test]
fn a_password_in_a_database_address_makes_the_file_a_secret() {
    let config = read(&format!("{MINIMAL}\n[database]\nurl = \"postgres://desk:hunter2@127.0.0.1/roi\"\n"));
    assert_eq!(config.expect("complete").secret_files, [Path::new("roi-desk.toml")]);
}

#[test]
fn files_that_are_not_there_are_named() {
    let found = problems(&format!("{MINIMAL}\n[hmis]\nstatements = \"no-such-folder\"\n"));
    assert!(found.iter().any(|problem| problem.contains("hmis.statements: there is no folder")), "{found:?}");
}

#[test]
fn a_console_that_others_reach_is_encrypted_or_behind_a_proxy_that_is() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let with = |console: &str| {
        let text = format!("{MINIMAL}\n[console]\n{console}\n");
        parse(&text, "roi-desk.toml", folder.path(), [])
            .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    };
    for listen in ["0.0.0.0:8080", "[::]:8080", "10.0.0.5:8080"] {
        let refused = with(&format!("listen = \"{listen}\"")).expect_err("refused");
        for said in
            ["console.listen", "can be reached from other machines", "console.cert_file", "trusted_proxy"]
        {
            assert!(refused.contains(said), "{listen}: {refused}");
        }
    }
    let files = "listen = \"0.0.0.0:8443\"\ncert_file = \"cert.pem\"\nkey_file = \"key.pem\"";
    let console = with(files).expect("encrypted");
    assert!(console.console.is_secure());
    assert_eq!(console.secret_files, [folder.path().join("key.pem")], "others must not read it");
    let proxied = with("listen = \"0.0.0.0:8080\"\ntrusted_proxy = [\"10.0.0.5\", \"::ffff:10.0.0.6\"]");
    let console = proxied.expect("behind a proxy").console;
    assert_eq!(
        console.trusted_proxy.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["10.0.0.5", "10.0.0.6"]
    );
    assert!(console.is_secure());
    assert!(!with("listen = \"127.0.0.1:8080\"").expect("nobody else reaches it").console.is_secure());

    for (console, said) in [
        ("cert_file = \"cert.pem\"", "console.key_file: is empty"),
        ("key_file = \"key.pem\"", "console.cert_file: is empty"),
        (
            "trusted_proxy = [\"10.0.0.0/8\"]",
            "console.trusted_proxy: entry 1 is not the address of one machine",
        ),
        ("trusted_proxy = [\"10.0.0.5\", \"0.0.0.0\"]", "console.trusted_proxy: entry 2"),
        ("url = \"http://desk.example.org\"", "console.url: "),
        ("session_idle = \"1m\"", "console.session_idle: \"1m\" is too short"),
        ("session_longest = \"0s\"", "console.session_longest: \"0s\" is too short"),
        ("certificate = \"cert.pem\"", "console.certificate: is not a key of the configuration"),
    ] {
        let refused = with(console).expect_err("refused");
        assert!(refused.contains(said), "{console}: {refused}");
    }
}

#[test]
fn a_key_that_only_the_daemon_is_told_of_keeps_nobody_else_from_working() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let file = folder.path().join("roi-desk.toml");
    std::fs::write(
        &file,
        format!("{MINIMAL}\n[console]\nlisten = \"0.0.0.0:8443\"\ncert_file = \"cert.pem\"\n"),
    )
    .expect("written");
    for secrets in [Secrets::Databases, Secrets::None] {
        let config = load_with(&file, [], secrets).expect("complete without it");
        let cert = config.console.tls.map(|files| files.cert);
        assert_eq!(cert, Some(folder.path().join("cert.pem")), "enough to ask the daemon how it is");
    }
    assert!(load(&file, []).is_err());
    let named = ("ROI_DESK__CONSOLE__KEY_FILE".to_owned(), "/run/credentials/key".to_owned());
    let tls = load(&file, [named]).expect("complete").console.tls.expect("both");
    assert_eq!(tls.key, Path::new("/run/credentials/key"));
}
