//! The sections that name servers, folders and databases.

use std::{path::PathBuf, time::Duration};

use super::{
    Console, Database, Hmis, Mailbox, MailboxKind, Server, Smtp, SmtpKind, Tls, TlsFiles, keys::Keys, units,
};
use crate::{
    domain::{ChangedBy, MailAddress},
    tls::is_this_machine,
};

/// A shorter lease would be lost by a daemon that is merely busy.
const SHORTEST_LEASE: Duration = Duration::from_secs(5);

/// The use of a session is noted once a minute at most: a shorter idle time would end sessions that are in use.
const SHORTEST_IDLE: Duration = Duration::from_secs(5 * 60);

pub(super) fn console(keys: &mut Keys) -> Option<Console> {
    let listen = keys.parsed("console.listen", units::address);
    let (cert, key) = (keys.path("console.cert_file"), keys.secret_file("console.key_file"));
    // Whether they are there is for the daemon to see: staff at a terminal may not look into the key's folder.
    let trusted_proxy = keys.machines("console.trusted_proxy");
    let tls = match (cert, key) {
        (Some(cert), Some(key)) => Some(TlsFiles { cert, key }),
        (None, None) => None,
        // It may be named to the daemon alone, by its unit; who else runs a command has no use for it.
        (Some(cert), None) if !keys.reads_secrets_of("console") => {
            Some(TlsFiles { cert, key: PathBuf::new() })
        }
        (Some(_), None) => {
            keys.problem("console.key_file", "is empty: name the file of the certificate's private key");
            None
        }
        (None, Some(_)) => {
            keys.problem("console.cert_file", "is empty: name the file of the key's certificate");
            None
        }
    };
    let reached_from_afar = listen.is_some_and(|address| !address.ip().is_loopback());
    let asked_for_neither =
        ["console.cert_file", "console.key_file"].iter().all(|key| keys.text(key).is_empty());
    if reached_from_afar && asked_for_neither && trusted_proxy.is_empty() {
        keys.problem(
            "console.listen",
            &format!(
                "\"{}\" can be reached from other machines, and passwords would go over the network in the clear: give \
                 console.cert_file and console.key_file, or in console.trusted_proxy the address of the reverse proxy that \
                 speaks TLS to browsers, or listen on 127.0.0.1 or [::1]",
                keys.text("console.listen")
            ),
        );
    }
    let url = keys.parsed("console.url", units::console_url);
    let session_idle = keys.parsed("console.session_idle", |text| match units::duration(text) {
        Ok(idle) if idle < SHORTEST_IDLE => Err(format!("\"{text}\" is too short: at least 5m")),
        other => other,
    });
    let session_longest = keys.parsed("console.session_longest", |text| match units::duration(text) {
        Ok(longest) if longest < SHORTEST_IDLE => Err(format!("\"{text}\" is too short: at least 5m")),
        other => other,
    });
    Some(Console {
        listen: listen?,
        tls,
        trusted_proxy,
        url: url?,
        session_idle: session_idle?,
        session_longest: session_longest?,
    })
}

pub(super) fn database(keys: &mut Keys) -> Option<Database> {
    let address = keys.database("database");
    let lease = keys.parsed("database.lease", |text| match units::duration(text) {
        Ok(lease) if lease < SHORTEST_LEASE => {
            Err(format!("\"{text}\" is too short: a daemon must be able to renew it, so at least 5s"))
        }
        other => other,
    });
    let backup_folder = keys.path("database.backup_folder");
    let backups = keys.count("database.backups", 1..=1_000);
    Some(Database { address: address?, lease: lease?, backup_folder, backups: backups? })
}

fn server(keys: &mut Keys, section: &str) -> Option<Server> {
    let key = |name: &str| format!("{section}.{name}");
    let host = keys.text(&key("host"));
    if host.is_empty() {
        keys.problem(&key("host"), "is empty: give the server's name");
    } else if host.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '/' | '@')) {
        keys.problem(&key("host"), "is a host name or an address, without anything around it");
    }
    let port = keys.port(&key("port"));
    let tls = keys.one_of(
        &key("tls"),
        &[("implicit", Tls::Implicit), ("starttls", Tls::StartTls), ("none", Tls::None)],
    );
    if tls == Some(Tls::None) && !host.is_empty() && !is_this_machine(&host) {
        keys.problem(
            &key("tls"),
            "\"none\" is for loopback addresses only: passwords and mail would go in the clear",
        );
    }
    let ca_file = keys.path(&key("ca_file"));
    if let Some(file) = ca_file.as_ref().filter(|file| !file.is_file()) {
        keys.problem(&key("ca_file"), &format!("there is no file {}", file.display()));
    }
    let user = keys.text(&key("user"));
    let password = keys.secret(section, "password");
    let timeout = keys.parsed(&key("timeout"), units::duration);
    let login = match (user.is_empty(), password) {
        (true, _) => None,
        (false, Some(password)) => Some((user, password)),
        (false, None) => {
            keys.problem(&key("password_file"), "is empty: give a file that holds the password");
            None
        }
    };
    Some(Server { host, port: port?, tls: tls?, ca_file, login, timeout: timeout? })
}

pub(super) fn mailbox(keys: &mut Keys) -> Option<Mailbox> {
    let is_maildir = keys.one_of("mailbox.kind", &[("imap", false), ("maildir", true)]);
    let kind = if is_maildir == Some(true) {
        let path = keys.path("mailbox.path");
        if path.is_none() {
            keys.problem("mailbox.path", "is empty: give the folder that has cur, new and tmp in it");
        }
        path.map(MailboxKind::Maildir)
    } else {
        let server = server(keys, "mailbox");
        if server.as_ref().is_some_and(|server| server.login.is_none())
            && keys.text("mailbox.user").is_empty()
        {
            keys.problem("mailbox.user", "is empty: give the mailbox's login");
        }
        server.map(MailboxKind::Imap)
    };
    let folder = keys.text("mailbox.folder");
    let since = keys.parsed("mailbox.since", units::duration);
    let done_folder = Some(keys.text("mailbox.done_folder")).filter(|name| !name.is_empty());
    let quarantine_folder = Some(keys.text("mailbox.quarantine_folder")).filter(|name| !name.is_empty());
    let poll_every = keys.parsed("mailbox.poll_every", |text| {
        units::duration(text)
            .and_then(|every| if every.is_zero() { Err("must be at least 1s".to_owned()) } else { Ok(every) })
    });
    let max_message = keys.parsed("mailbox.max_message", units::size);
    for (key, name) in
        [("mailbox.done_folder", &done_folder), ("mailbox.quarantine_folder", &quarantine_folder)]
    {
        if name.as_ref() == Some(&folder) {
            keys.problem(key, "is the folder that is watched: mail would be moved in a circle");
        }
    }
    if folder.is_empty() || folder.chars().any(char::is_control) {
        keys.problem("mailbox.folder", "is not a folder's name");
    }
    Some(Mailbox {
        kind: kind?,
        folder,
        since: since?,
        done_folder,
        quarantine_folder,
        poll_every: poll_every?,
        max_message: max_message?,
    })
}

pub(super) fn smtp(keys: &mut Keys) -> Option<Smtp> {
    let files = keys.one_of("smtp.kind", &[("smtp", false), ("files", true)]);
    let kind = if files == Some(true) {
        let path = keys.path("smtp.path");
        if path.is_none() {
            keys.problem("smtp.path", "is empty: give a folder for the .eml files");
        }
        path.map(SmtpKind::Files)
    } else {
        server(keys, "smtp").map(SmtpKind::Smtp)
    };
    let from = keys.text("smtp.from");
    let from_address = match from.parse::<lettre::message::Mailbox>() {
        Ok(mailbox) => MailAddress::parse(mailbox.email.as_ref()).ok(),
        Err(_) => None,
    };
    if from_address.is_none() {
        keys.problem("smtp.from", "is not of the form HMIS Helpdesk <helpdesk@example.org>");
    }
    let max_per_sender = keys.parsed("smtp.max_per_sender", units::rate);
    let max_total = keys.parsed("smtp.max_total", units::rate);
    let connections = keys.count("smtp.connections", 1..=64);
    Some(Smtp {
        kind: kind?,
        from,
        from_address: from_address?,
        max_per_sender: max_per_sender?,
        max_total: max_total?,
        connections: connections?,
    })
}

pub(super) fn hmis(keys: &mut Keys) -> Option<Hmis> {
    let address = keys.database("hmis");
    let statements = keys.path("hmis.statements");
    if let Some(folder) = statements.as_ref().filter(|folder| !folder.is_dir()) {
        keys.problem("hmis.statements", &format!("there is no folder {}", folder.display()));
    }
    let live = keys.one_of("hmis.role", &[("mirror", false), ("live", true)]);
    let changed_by =
        keys.one_of("hmis.changes", &[("worklist", ChangedBy::Person), ("apply", ChangedBy::Daemon)]);
    if live == Some(false) && changed_by == Some(ChangedBy::Daemon) {
        keys.problem(
            "hmis.changes",
            "\"apply\" needs role = \"live\": a change in a mirror changes nothing in the HMIS",
        );
    }
    let max_age = keys.parsed("hmis.max_age", units::duration);
    let own_visibility = keys.one_of("hmis.item_visibility", &[("with-record", false), ("own", true)]);
    let timeout = keys.parsed("hmis.timeout", units::duration);
    Some(Hmis {
        address: address?,
        statements,
        live: live?,
        changed_by: changed_by?,
        max_age: max_age?,
        own_visibility: own_visibility?,
        timeout: timeout?,
    })
}
