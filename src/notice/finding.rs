//! What a sentence can say.

/// What a sentence says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Finding {
    /// A client revoked: told as a fact.
    Revoked,
    /// A client wants to revoke: no more, no less.
    RevokeWanted,
    /// A wish in words that may mean less: staff ask to revoke, somebody is quoted.
    RevokeWished,
    /// A client will or may revoke.
    RevokeFuture,
    /// A client is said to have revoked: hearsay, doubt, a half negation.
    RevokeDoubted,
    /// A client did not revoke.
    RevokeDenied,
    /// Revoking is spoken of in general, as a condition or in a question.
    RevokeHypothetical,
    /// An earlier notice is spoken of.
    RevokeReported,
    /// The noun alone: "revocation".
    RevokeTopic,
    /// A client consents, told as a fact.
    Consented,
    /// A client may consent, or it is denied or asked.
    ConsentHedged,
    /// Something was signed; the rest of the mail tells what.
    SignedSomething,
    /// A record was made that is open.
    Opened,
    /// A closed record stays closed.
    StaysClosed,
    /// A refusal or a closed record before.
    RefusedBefore,
    /// Stop or undo, in words that mean nothing else.
    Cancel,
    /// "leave it open", "reopen": undoing where nothing else is told.
    CancelWeak,
    /// The client thought better of it.
    Reversal,
    /// Not to be closed, or not yet.
    NotClose,
    /// Asks to close.
    CloseRequest,
    /// Asks to confirm that it is closed.
    ConfirmRequest,
    /// Asks to close on a condition, or later.
    CloseLater,
    /// Something hangs on a condition.
    Conditional,
    /// Words in the sentence that make it hang on something, or come later.
    Depends,
    /// Somebody is not sure, has to ask, or takes it back.
    Objection,
    /// The sharing of records is spoken of.
    Sharing,
    /// Nothing is asked of the helpdesk.
    NoAction,
    /// Others are meant who are not named, or a relative of the client named.
    Others,
    /// Tells the agency's own steps.
    StepsDone,
    /// A test, an example, a quotation of a rule.
    Example,
    /// Only part of the sharing.
    Partial,
    /// A correction of something in the mail.
    Correction,
    /// An earlier mail or a status is asked about.
    Status,
    /// Another question.
    Question,
    /// Household members beside the one named.
    Family,
    /// Doubt about the record.
    DoubtfulRecord,
}

impl Finding {
    /// What it is, in a few words.
    pub(super) fn in_words(self) -> &'static str {
        match self {
            Self::Revoked => "a client revoked",
            Self::RevokeWanted => "a client's will not to share",
            Self::RevokeWished => "a wish to revoke",
            Self::RevokeFuture => "a revocation to come",
            Self::RevokeDoubted => "a revocation, with doubt or by hearsay",
            Self::RevokeDenied => "somebody did not revoke",
            Self::RevokeHypothetical => "revoking in general, as a condition or a question",
            Self::RevokeReported => "an earlier notice of a revocation",
            Self::RevokeTopic => "the word for a revocation",
            Self::Consented => "a client consents",
            Self::ConsentHedged => "a consent, with doubt or as history",
            Self::SignedSomething => "something was signed",
            Self::Opened => "a record that is open",
            Self::StaysClosed => "a record that stays closed",
            Self::RefusedBefore => "a refusal or a closed record",
            Self::Cancel => "stop or undo",
            Self::CancelWeak => "leave it open",
            Self::Reversal => "decided against it",
            Self::NotClose => "not to be closed, or not yet",
            Self::CloseRequest => "asks to close",
            Self::ConfirmRequest => "asks to confirm",
            Self::CloseLater => "close later or on a condition",
            Self::Conditional => "a condition",
            Self::Depends => "something it hangs on, or a later time",
            Self::Objection => "somebody is not sure, or takes it back",
            Self::Sharing => "the sharing of records",
            Self::NoAction => "nothing to be done",
            Self::Others => "others who are not named",
            Self::StepsDone => "the agency's own steps",
            Self::Example => "a test, an example, a training",
            Self::Partial => "part of the sharing",
            Self::Correction => "a correction",
            Self::Status => "an earlier notice, its status",
            Self::Question => "a question",
            Self::Family => "members of the household",
            Self::DoubtfulRecord => "doubt about the record",
        }
    }

    /// Whether it is about what somebody did, wants or asks for.
    pub(super) fn is_intention(self) -> bool {
        self <= Self::RevokeReported
            || matches!(
                self,
                Self::Consented
                    | Self::Cancel
                    | Self::CancelWeak
                    | Self::Reversal
                    | Self::NotClose
                    | Self::CloseLater
            )
    }
}
