//! Fields: what the label before a day says it is the day of ("Date ROI revoked: 06/24/2026").

use super::cue::{Deed, Sense, cues};
use crate::notice::vocabulary::{Vocabulary, pattern};

/// What a field's label says of the day in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    /// The day from which it counts.
    Effect,
    /// The day of the deed.
    Deed,
    /// A day of signing or telling.
    Signed,
    /// No more than that it is a day: "When".
    Plain,
    /// Something else, or nothing that is known.
    Other,
}

pattern! {
    FIELD = [r"(?:^|[,;(|-] ?|\. )(?P<label>[^,;:|]{2,60}?) ?(?:\?:|[:=?]|\.{2,}|\t) ?(?:on |the |el |dia )?(?:(?:[a-z]{3,9}day|lunes|martes|miercoles|jueves|viernes|sabado|domingo),? )?(?:el )?$"];
    EFFECT = [
        r"\b(?:efectiv[oa]|vigencia|vigente|surte efecto|a partir de|en vigor)\b",
        r"\b(?:effective|in force|in effect|counts?|starts?(?: date)?|start date|as of|valid from)\b"];
    PLAIN = [
        r"^\W*(?:cuando|dia|fecha(?: y hora)?|fecha (?:de|del) (?:la |el )?(?:solicitud|cambio|accion|decision|evento|hoja|forma|formulario))\W*$",
        r"^\W*(?:when|day|(?:the )?date(?: (?:and|&) time|/time)?|date (?:of|on)(?: the| her| his)? (?:event|change|action|decision|request|form|paper)|(?:event|change|action|decision|request|form) date|time|on)\W*$"];
    // The consent's own day.
    CONSENT_DAY = [
        r"^\W*(?:fecha (?:de|del) (?:la |el )?(?:nuev[oa] )?(?:roi|consentimiento|autorizacion|release|firma)\b.*)\W*$",
        r"^\W*(?:date of (?:the )?(?:new )?(?:hmis )?(?:roi|consent|release)\b.*|(?:new )?(?:hmis )?(?:roi|consent|release)(?: consent| signed)?(?: date| on)?)\W*$"];
    REVOKING_DAY = [
        r"\b(?:revoc\w*|retir\w*|anul\w*|rescin\w*|baja)\b",
        r"\b(?:revo[kc]\w*|withdr[ae]w\w*|rescind\w*|rescission|opt(?:ed)?[- ]?out|retract\w*)"];
    CONSENT = [
        r"\b(?:consentimiento|autorizacion)\b",
        r"\b(?:roi|release|consent|authori[sz]ation)\b"];
    UNDERSCORES = [r"_+"];
}

/// What the field whose value begins here says; none if no label stands right before. `before` is the text before
/// the day, `after` the text behind it.
pub(super) fn field(before: &str, after: &str, deed: Deed, words: &Vocabulary) -> Option<Label> {
    let label = FIELD.captures(before)?.name("label")?.as_str();
    // "Note: yesterday she told us …" is a sentence.
    let value = after.split([',', ';', '(', '.']).next().unwrap_or_default();
    (value.split_whitespace().count() <= 4).then(|| meaning(label, deed, words))
}

/// What a label says.
pub(super) fn meaning(label: &str, deed: Deed, words: &Vocabulary) -> Label {
    let label = UNDERSCORES.replace_all(label.trim(), " ");
    if PLAIN.is_match(&label) {
        return Label::Plain;
    }
    if EFFECT.is_match(&label) {
        // "ROI effective date": of the consent, not of its end.
        let of_consent = deed == Deed::Revoking && CONSENT.is_match(&label) && !REVOKING_DAY.is_match(&label);
        return if of_consent { Label::Other } else { Label::Effect };
    }
    if deed == Deed::Consenting && CONSENT_DAY.is_match(&label) {
        return Label::Deed;
    }
    let cues = cues(&label, deed, words);
    if cues.iter().any(|cue| cue.sense == Sense::Other) {
        return Label::Other;
    }
    if deed == Deed::Revoking && REVOKING_DAY.is_match(&label) {
        return Label::Deed;
    }
    match cues.iter().map(|cue| cue.sense).max() {
        Some(Sense::Act) => Label::Deed,
        Some(Sense::Signed | Sense::Said) => Label::Signed,
        Some(Sense::Came | Sense::Met | Sense::Other) | None => Label::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels() {
        let table = [
            ("date roi revoked", Label::Deed),
            ("revoked_on", Label::Deed),
            ("client withdrew on", Label::Deed),
            ("date withdrawn", Label::Deed),
            ("date of opt-out", Label::Deed),
            ("date of revocation", Label::Deed),
            ("effective date", Label::Effect),
            ("counts from", Label::Effect),
            ("when", Label::Plain),
            ("date", Label::Plain),
            ("action date", Label::Plain),
            ("date on the form", Label::Plain),
            ("told us by word of mouth", Label::Signed),
            ("signed", Label::Signed),
            ("dob", Label::Other),
            ("date closed in hmis", Label::Other),
            ("record closed by", Label::Other),
            ("roi originally signed", Label::Other),
            ("last roi", Label::Other),
            ("roi start date", Label::Other),
            ("entry date", Label::Other),
            ("next meeting", Label::Other),
            ("project", Label::Other),
        ];
        for (label, wanted) in table {
            assert_eq!(meaning(label, Deed::Revoking, &Vocabulary::built_in()), wanted, "{label}");
        }
        assert_eq!(meaning("roi date", Deed::Consenting, &Vocabulary::built_in()), Label::Deed);
    }

    #[test]
    fn a_field_is_a_label_right_before_its_value() {
        let words = Vocabulary::built_in();
        let table = [
            ("when: ", ", 4:30 p.m.", Some(Label::Plain)),
            ("client withdrew on ............ ", "", Some(Label::Deed)),
            ("client: 1555555, change: roi revoked, date: ", ", to do: close", Some(Label::Plain)),
            ("date of revocation: monday, ", "", Some(Label::Deed)),
            ("note: ", " she told us that she is done with it", None),
            ("she revoked on ", "", None),
        ];
        for (before, after, wanted) in table {
            assert_eq!(field(before, after, Deed::Revoking, &words), wanted, "{before}");
        }
    }
}
