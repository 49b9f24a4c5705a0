use std::sync::Arc;

use super::*;
use crate::{
    clock::Clock,
    config,
    domain::Event,
    engine::staff::StaffDecision,
    sql::ground::{Ground, Plot, on_both_engines},
    store::{Store, tests::with_case},
};

on_both_engines! {
    accounts_are_made_and_changed_and_never_replaced
    wrong_passwords_lock_an_account_for_longer_and_longer
    asking_all_at_once_gives_no_more_tries
    a_session_ends_when_idle_and_at_the_latest
    who_is_signed_out_everywhere_is_signed_in_nowhere
    only_a_cookie_of_our_making_is_a_session
    who_may_decide_is_asked_in_the_transaction_that_decides
}

const RULES: SessionRules = SessionRules { idle: Duration::from_mins(30), longest: Duration::from_hours(12) };
const PASSWORD: &str = "correct horse battery";

struct Desk {
    book: Arc<Casebook>,
    clock: Clock,
    _plot: Plot,
}

async fn desk(ground: &Ground) -> Desk {
    let plot = ground.plot();
    let clock = Clock::at(DateTime::from_timestamp(1_790_000_000, 0).expect("valid"));
    let text = "[smtp]\n kind = \"files\"\n path = \"sent\"\n from = \"Desk <desk@example.org>\"\n\
                [senders]\n require = \"none\"\n[mailbox]\n kind = \"maildir\"\n path = \"Maildir\"\n";
    let config = config::parse(text, "test", plot.folder.path(), []).expect("complete");
    std::fs::write(&config.agencies_file, "").expect("written");
    let site = super::super::site(&config).expect("complete");
    let store = Store::open(&plot.address).await.expect("a new store opens");
    let book = Casebook::new(store, site, clock.clone()).await.expect("it opens");
    Desk { book: Arc::new(book), clock, _plot: plot }
}

fn name(text: &str) -> StaffName {
    StaffName::parse(text).expect("a name")
}

fn password(text: &str) -> SecretString {
    text.to_owned().into()
}

impl Desk {
    async fn with(ground: &Ground, account: &str, role: StaffRole) -> Self {
        let desk = desk(ground).await;
        desk.book.add_staff(&name(account), role, &password(PASSWORD)).await.expect("made");
        desk
    }

    async fn try_with(&self, account: &str, text: &str) -> Result<StaffRow, SignInError> {
        self.book.check_password(&name(account), &password(text)).await
    }

    async fn sign_in(&self, account: &str) -> String {
        let cookie = self.book.sign_in(&name(account), &password(PASSWORD), RULES).await.expect("signed in");
        cookie.expose_secret().to_owned()
    }

    async fn is_signed_in(&self, cookie: &str) -> bool {
        self.book.session(cookie, RULES).await.expect("asked").is_some()
    }
}

async fn accounts_are_made_and_changed_and_never_replaced(ground: &Ground) {
    let desk = Desk::with(ground, "ann", StaffRole::Approver).await;
    let book = &desk.book;
    let again = book.add_staff(&name("Ann"), StaffRole::Admin, &password("another password")).await;
    assert!(matches!(again, Err(AccountError::Taken(_))), "{again:?}");
    for (text, why) in [("short", "too short"), (&*"x".repeat(1025), "too long"), ("ben.example", "name")] {
        let refused = book.add_staff(&name("ben.example"), StaffRole::Viewer, &password(text)).await;
        let said = refused.expect_err("refused").to_string();
        assert!(said.contains(why), "{said}");
    }
    book.add_staff(&name("ben"), StaffRole::Viewer, &password(PASSWORD)).await.expect("made");
    let names = async || {
        let accounts = book.store.staff().await.expect("read");
        accounts.into_iter().map(|it| (it.name.to_string(), it.role, it.disabled_at)).collect::<Vec<_>>()
    };
    let (ann, ben) = (("ann".to_owned(), StaffRole::Approver), ("ben".to_owned(), StaffRole::Viewer));
    assert_eq!(names().await, [(ann.0.clone(), ann.1, None), (ben.0.clone(), ben.1, None)]);
    let kept = book.store.staff_member(&name("ann")).await.expect("read").expect("there").password;
    assert!(kept.starts_with("$argon2id$") && !kept.contains(PASSWORD), "{kept}");

    book.set_role(&name("ben"), StaffRole::Approver).await.expect("set");
    book.disable_staff(&name("ann"), true).await.expect("shut");
    let now = desk.clock.now();
    assert_eq!(names().await, [(ann.0, ann.1, Some(now)), (ben.0, StaffRole::Approver, None)]);
    assert!(matches!(desk.try_with("ann", PASSWORD).await, Err(SignInError::NoAccount)));
    book.disable_staff(&name("ann"), false).await.expect("opened");
    assert_eq!(desk.try_with("ANN", PASSWORD).await.expect("right").name, name("ann"));
    book.set_password(&name("ann"), &password("a new password")).await.expect("set");
    assert!(matches!(desk.try_with("ann", PASSWORD).await, Err(SignInError::WrongPassword)));
    assert!(desk.try_with("ann", "a new password").await.is_ok());

    let nobody = name("nobody");
    assert!(matches!(book.set_role(&nobody, StaffRole::Admin).await, Err(AccountError::Missing(_))));
    assert!(matches!(book.disable_staff(&nobody, true).await, Err(AccountError::Missing(_))));
    let given = book.set_password(&nobody, &password(PASSWORD)).await;
    assert!(matches!(given, Err(AccountError::Missing(_))));
    assert!(matches!(desk.try_with("nobody", PASSWORD).await, Err(SignInError::NoAccount)));
}

async fn wrong_passwords_lock_an_account_for_longer_and_longer(ground: &Ground) {
    let desk = Desk::with(ground, "ann", StaffRole::Approver).await;
    for _ in 0..FREE_FAILURES {
        assert!(matches!(desk.try_with("ann", "wrong").await, Err(SignInError::WrongPassword)));
    }
    for minutes in [1, 2, 4, 8, 16, 32, 60, 60] {
        let until = desk.clock.now() + TimeDelta::minutes(minutes);
        let refused = desk.try_with("ann", PASSWORD).await;
        assert!(matches!(refused, Err(SignInError::Locked { until: told }) if told == until), "{refused:?}");
        desk.clock.advance(TimeDelta::minutes(minutes) - TimeDelta::seconds(1));
        assert!(matches!(desk.try_with("ann", PASSWORD).await, Err(SignInError::Locked { .. })));
        desk.clock.advance(TimeDelta::seconds(1));
        assert!(matches!(desk.try_with("ann", "wrong").await, Err(SignInError::WrongPassword)), "one try");
    }
    // The right one begins anew; so does a new one, at once.
    desk.clock.advance(TimeDelta::hours(1));
    assert!(desk.try_with("ann", PASSWORD).await.is_ok());
    for _ in 0..FREE_FAILURES {
        assert!(matches!(desk.try_with("ann", "wrong").await, Err(SignInError::WrongPassword)));
    }
    assert!(matches!(desk.try_with("ann", PASSWORD).await, Err(SignInError::Locked { .. })));
    desk.book.set_password(&name("ann"), &password(PASSWORD)).await.expect("set");
    assert!(desk.try_with("ann", PASSWORD).await.is_ok());
}

async fn asking_all_at_once_gives_no_more_tries(ground: &Ground) {
    let desk = Desk::with(ground, "ann", StaffRole::Approver).await;
    let mut guesses = tokio::task::JoinSet::new();
    for number in 0..20 {
        let book = Arc::clone(&desk.book);
        let guess = password(&format!("guess {number}"));
        guesses.spawn(async move { book.check_password(&name("ann"), &guess).await });
    }
    let mut looked_at = 0;
    while let Some(ended) = guesses.join_next().await {
        match ended.expect("it ends") {
            Err(SignInError::WrongPassword) => looked_at += 1,
            Err(SignInError::Locked { .. }) => {}
            other => assert!(other.is_err(), "a guess was right"),
        }
    }
    assert_eq!(looked_at, FREE_FAILURES);
}

async fn a_session_ends_when_idle_and_at_the_latest(ground: &Ground) {
    let desk = Desk::with(ground, "ann", StaffRole::Approver).await;
    let (idle, used) = (desk.sign_in("ann").await, desk.sign_in("ann").await);
    desk.clock.advance(TimeDelta::minutes(29));
    assert!(desk.is_signed_in(&used).await);
    desk.clock.advance(TimeDelta::minutes(1));
    assert!(!desk.is_signed_in(&idle).await, "nothing was asked for, for half an hour");
    for _ in 0..27 {
        assert!(desk.is_signed_in(&used).await);
        desk.clock.advance(TimeDelta::minutes(25));
    }
    assert!(desk.is_signed_in(&used).await, "after 11 h 45 min");
    desk.clock.advance(TimeDelta::minutes(14));
    assert!(desk.is_signed_in(&used).await, "after 11 h 59 min");
    desk.clock.advance(TimeDelta::minutes(1));
    assert!(!desk.is_signed_in(&used).await, "twelve hours are over");
}

async fn who_is_signed_out_everywhere_is_signed_in_nowhere(ground: &Ground) {
    let desk = Desk::with(ground, "ann", StaffRole::Approver).await;
    let ann = name("ann");
    desk.book.add_staff(&name("ben"), StaffRole::Viewer, &password(PASSWORD)).await.expect("made");
    let ben = desk.sign_in("ben").await;
    let (here, there) = (desk.sign_in("ann").await, desk.sign_in("ann").await);
    desk.book.sign_out(&here).await.expect("signed out");
    assert!(!desk.is_signed_in(&here).await && desk.is_signed_in(&there).await);
    for ending in 0..3 {
        let (here, there) = (desk.sign_in("ann").await, desk.sign_in("ann").await);
        match ending {
            0 => desk.book.sign_out_everywhere(&ann).await.expect("signed out"),
            1 => desk.book.set_password(&ann, &password(PASSWORD)).await.expect("set"),
            _ => desk.book.disable_staff(&ann, true).await.expect("shut"),
        }
        assert!(!desk.is_signed_in(&here).await && !desk.is_signed_in(&there).await, "{ending}");
    }
    // Opened again, the old ones stay over.
    desk.book.disable_staff(&ann, false).await.expect("opened");
    assert!(!desk.is_signed_in(&there).await);
    assert!(desk.is_signed_in(&ben).await, "somebody else");
    desk.book.set_role(&name("ben"), StaffRole::Approver).await.expect("set");
    let session = desk.book.session(&ben, RULES).await.expect("asked").expect("still signed in");
    assert_eq!(session.role, StaffRole::Approver, "as it is now");
}

async fn only_a_cookie_of_our_making_is_a_session(ground: &Ground) {
    let desk = Desk::with(ground, "ann", StaffRole::Approver).await;
    let (one, other) = (desk.sign_in("ann").await, desk.sign_in("ann").await);
    assert_ne!(one, other);
    assert_eq!(one.len(), 64);
    let as_kept = fingerprint(&one);
    for made_up in ["", "a", &"0".repeat(64), &as_kept, &one.to_uppercase(), &format!("{one} ")] {
        assert!(!desk.is_signed_in(made_up).await, "{made_up}");
    }
    let (one, other) = (
        desk.book.session(&one, RULES).await.expect("asked").expect("signed in"),
        desk.book.session(&other, RULES).await.expect("asked").expect("signed in"),
    );
    assert!(one.is_own(&one.csrf) && !one.is_own(&other.csrf) && !one.is_own(""));
}

async fn who_may_decide_is_asked_in_the_transaction_that_decides(ground: &Ground) {
    let desk = desk(ground).await;
    let case = with_case(&desk.book.store).await.id;
    let note = |by: &'static str| {
        let book = Arc::clone(&desk.book);
        async move { book.decide(case, by, StaffDecision::Note { note: "seen".to_owned() }).await }
    };
    note("whoever").await.expect("without any account, whoever can write to the database decides");
    desk.book.add_staff(&name("ann"), StaffRole::Approver, &password(PASSWORD)).await.expect("made");
    let refused = async |by, why: &str| {
        let before = desk.book.store.history(case).await.expect("read").len();
        let refused = note(by).await.expect_err("refused");
        assert!(matches!(&refused, EngineError::NotAllowed { .. }), "{refused}");
        assert!(refused.to_string().contains(why), "{refused}");
        assert_eq!(desk.book.store.history(case).await.expect("read").len(), before, "nothing happened");
    };
    note("ann").await.expect("an approver");
    refused("whoever", "has no account").await;
    refused("no account's name", "has no account").await;
    desk.book.set_role(&name("ann"), StaffRole::Viewer).await.expect("set");
    refused("ann", "may look at cases, and not decide them").await;
    desk.book.set_role(&name("ann"), StaffRole::Admin).await.expect("set");
    note("ann").await.expect("an administrator");
    desk.book.disable_staff(&name("ann"), true).await.expect("shut");
    refused("ann", "is disabled").await;
    refused("whoever", "has no account").await;
    desk.book.disable_staff(&name("ann"), false).await.expect("opened");

    // Taken away while a decision is on its way: what counts is what its own transaction sees.
    let event = Event::Noted { by: "ann".to_owned(), note: "too late".to_owned() };
    desk.book.set_role(&name("ann"), StaffRole::Viewer).await.expect("set");
    let late = desk.book.happen(case, &event).await;
    assert!(matches!(late, Err(EngineError::NotAllowed { .. })), "{late:?}");
}

#[test]
fn a_made_up_password_is_another_each_time() {
    let made: std::collections::BTreeSet<String> =
        (0..100).map(|_| random_password().expect("random").expose_secret().to_owned()).collect();
    assert_eq!(made.len(), 100);
    assert!(made.iter().all(|made| made.len() == 14 && made.matches('-').count() == 2), "{made:?}");
}
