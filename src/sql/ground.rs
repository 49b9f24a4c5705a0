//! Ground for tests: fresh databases of either engine, so that one suite can run on both.

#[path = "../../tests/it/postgres.rs"]
#[allow(dead_code, reason = "the tests with the whole program use more of it")]
mod postgres;

use sqlx::{AssertSqlSafe, SqlSafeStr};
use tempfile::TempDir;

pub use postgres::Postgres;

use super::{Address, Isolation, Pool};

/// Where a suite makes its databases.
pub enum Ground {
    /// Files.
    Sqlite,
    /// One server for the whole suite.
    Postgres(Postgres),
}

/// A fresh database; a file is gone when this is dropped, a server's database with the server.
pub struct Plot {
    /// Where it is.
    pub address: Address,
    /// A scratch folder of its own.
    pub folder: TempDir,
}

impl Ground {
    /// A database that nobody has used, not yet created where it is a file.
    pub fn plot(&self) -> Plot {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let url = match self {
            Self::Sqlite => format!("sqlite://{}", folder.path().join("scratch.db").display()),
            Self::Postgres(server) => server.database(),
        };
        Plot { address: Address::parse(&url, None).expect("usable"), folder }
    }
}

/// Runs statements in a transaction of their own.
pub async fn script(pool: &Pool, statements: &str) {
    let mut transaction = pool.begin(Isolation::Write).await.expect("it begins");
    transaction.run_script(AssertSqlSafe(statements).into_sql_str()).await.expect("the statements run");
    transaction.commit().await.expect("committed");
}

/// Makes a suite of stories `async fn story(ground: &Ground)` run on both engines: on SQLite each as a test of its own, on
/// PostgreSQL all at once on one server.
macro_rules! on_both_engines {
    ($($story:ident)*) => {
        mod on_sqlite {
            use super::Ground;
            $(#[tokio::test]
            async fn $story() {
                super::$story(&Ground::Sqlite).await;
            })*
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn all_of_it_holds_on_postgresql() {
            let ground = std::sync::Arc::new(Ground::Postgres(crate::sql::ground::Postgres::start()));
            let mut stories = Vec::new();
            $({
                let ground = std::sync::Arc::clone(&ground);
                stories.push((stringify!($story), tokio::task::spawn(async move { $story(&ground).await })));
            })*
            for (name, story) in stories {
                assert!(story.await.is_ok(), "{name}: see above");
            }
        }
    };
}
pub(crate) use on_both_engines;
