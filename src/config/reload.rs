//! What may change while the daemon works.

use super::{Config, Console, Smtp};

/// What the daemon takes over when its settings are read again (SIGHUP), besides what stands in the files they name.
/// Everything else takes effect at a restart: above all what decides whether, and on whom, the desk acts.
const RELOADED: [&str; 10] = [
    "agencies.file",
    "replies.templates",
    "policy.client_id",
    "policy.vocabulary",
    "policy.deadline",
    "staff.notify",
    "console.url",
    "ops.alarms_to",
    "smtp.max_per_sender",
    "smtp.max_total",
];

impl Config {
    /// This configuration, with what may change while the daemon works taken from `again`.
    #[must_use]
    pub fn with_reloaded(&self, again: &Self) -> Self {
        Self {
            agencies_file: again.agencies_file.clone(),
            templates: again.templates.clone(),
            client_id: again.client_id.clone(),
            vocabulary: again.vocabulary.clone(),
            deadline: again.deadline,
            notify: again.notify.clone(),
            console: Console { url: again.console.url.clone(), ..self.console.clone() },
            alarms_to: again.alarms_to.clone(),
            smtp: Smtp {
                max_per_sender: again.smtp.max_per_sender,
                max_total: again.smtp.max_total,
                ..self.smtp.clone()
            },
            ..self.clone()
        }
    }

    /// The keys whose values, or whose secret's file, differ in `again` and take effect at a restart only.
    pub fn changed_at_restart(&self, again: &Self) -> Vec<String> {
        self.fingerprints
            .iter()
            .filter(|(key, fingerprint)| again.fingerprints.get(*key) != Some(fingerprint))
            .map(|(key, _)| key.clone())
            .filter(|key| !RELOADED.contains(&key.as_str()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::parse;

    fn config(settings: &str) -> Config {
        let text = format!(
            "[smtp]\n from = \"Desk <desk@example.org>\"\n kind = \"files\"\n path = \"sent\"\n\
             [mailbox]\n kind = \"maildir\"\n path = \"Maildir\"\n\
             [senders]\n authserv_id = \"mx.example.org\"\n{settings}"
        );
        parse(&text, "test", Path::new("/etc"), []).expect("complete")
    }

    #[test]
    fn whether_and_on_whom_the_desk_acts_waits_for_a_restart_and_is_named() {
        let running = config("");
        let again = config(
            "require = \"none\"\n[policy]\n mode = \"live\"\n deadline = \"2d\"\n client_id = '\\d{7}'\n vocabulary = \"words.toml\"\n\
             [agencies]\n file = \"others.toml\"\n[replies]\n templates = \"texts\"\n\
             [staff]\n notify = [\"ann@example.org\"]\n[ops]\n alarms_to = [\"ops@example.org\"]",
        );
        let mixed = running.with_reloaded(&again);
        assert_eq!(mixed.mode, running.mode);
        assert_eq!(mixed.authserv_id, running.authserv_id);
        assert_eq!(mixed.agencies_file, Path::new("/etc/others.toml"));
        assert_eq!(mixed.templates.as_deref(), Some(Path::new("/etc/texts")));
        assert_eq!(mixed.vocabulary.as_deref(), Some(Path::new("/etc/words.toml")));
        assert_eq!((mixed.deadline, mixed.client_id.as_str()), (again.deadline, r"\d{7}"));
        assert_eq!((mixed.notify.len(), mixed.alarms_to.len()), (1, 1));
        assert_eq!(running.changed_at_restart(&again), ["policy.mode", "senders.require"]);
        assert_eq!(running.changed_at_restart(&config("")), Vec::<String>::new());
    }

    #[test]
    fn what_is_taken_over_is_a_key_each() {
        for key in RELOADED {
            assert!(config("").fingerprints.contains_key(key), "{key}");
        }
    }

    #[test]
    fn a_new_password_in_the_same_file_is_named_and_shown_to_nobody() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let file = folder.path().join("password");
        let with = |password: &str| {
            std::fs::write(&file, password).expect("written");
            config(&format!("[database]\n password_file = \"{}\"", file.display()))
        };
        let (old, new) = (with("hunter2"), with("hunter3"));
        assert_eq!(old.changed_at_restart(&new), ["database.password_file"]);
        assert!(!format!("{old:?}").contains("hunter"));
    }
}
