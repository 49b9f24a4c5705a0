//! `Authentication-Results` header fields (RFC 8601): what our own mail server found out about a mail, and what
//! that says about DMARC.

/// One parsed header field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthResults {
    /// Who says so (RFC 8601, 2.5).
    pub authserv_id: String,
    /// The findings; empty for `none`.
    pub results: Vec<MethodResult>,
}

/// One finding (`resinfo`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MethodResult {
    /// The method, in lower case: `dkim`, `spf`, `dmarc`, …
    pub method: String,
    /// The method's version; 1 where none is written (RFC 8601, 2.2).
    pub version: u32,
    /// The result, in lower case: `pass`, `fail`, `none`, …
    pub result: String,
    /// `reason=`.
    pub reason: Option<String>,
    /// What was examined, e.g. `header.from` = `agency.example`.
    pub properties: Vec<Property>,
}

/// `ptype.property=pvalue`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// Where the value stood, in lower case: `header`, `smtp`, `policy`, `body`.
    pub ptype: String,
    /// Which part of it, in lower case: `from`, `d`, `mailfrom`, …
    pub property: String,
    /// The value, unquoted.
    pub value: String,
}

impl MethodResult {
    /// The values of `ptype.property`, both in lower case, in the order written.
    pub fn values<'a>(&'a self, ptype: &'a str, property: &'a str) -> impl Iterator<Item = &'a str> {
        self.properties
            .iter()
            .filter(move |found| found.ptype == ptype && found.property == property)
            .map(|found| found.value.as_str())
    }
}

/// Why a header field is not an `Authentication-Results` field. It carries nothing of the field's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MalformedField {
    /// A comment or a quoted string has no end.
    #[error("a comment or a quoted string has no end")]
    Unclosed,
    /// The name of the server is missing.
    #[error("the name of the server that says so is missing")]
    NoServer,
    /// A version other than 1 (RFC 8601, 2.2: to be ignored).
    #[error("it is of a version other than 1")]
    Version,
    /// Something else stands where a finding should.
    #[error("something stands where a finding such as \"dkim=pass\" should")]
    Finding,
}

/// Reads the value of one header field, folded or not (RFC 8601, 2.2).
///
/// Wider than the grammar in two points in which servers in use differ from it and nothing can be misread: a
/// value may hold any visible characters but white space, `;`, parentheses, quotes and backslashes (`header.b=a/b=`),
/// and the last finding may be followed by `;`.
pub fn parse(field: &str) -> Result<AuthResults, MalformedField> {
    let mut at = Cursor { rest: field };
    at.skip_cfws()?;
    let authserv_id = at.value()?.ok_or(MalformedField::NoServer)?;
    at.skip_cfws()?;
    if let Some(version) = at.take_while(|c| c.is_ascii_digit()) {
        if version.parse() != Ok(1) {
            return Err(MalformedField::Version);
        }
        at.skip_cfws()?;
    }
    let mut results = Vec::new();
    let mut said_none = false;
    loop {
        at.skip_cfws()?;
        if at.rest.is_empty() {
            break;
        }
        at.expect(';')?;
        at.skip_cfws()?;
        if at.rest.is_empty() {
            break;
        }
        if said_none {
            return Err(MalformedField::Finding);
        }
        match at.finding()? {
            Some(found) => results.push(found),
            None if results.is_empty() => said_none = true,
            None => return Err(MalformedField::Finding),
        }
    }
    if results.is_empty() && !said_none {
        return Err(MalformedField::Finding);
    }
    Ok(AuthResults { authserv_id, results })
}

struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let next = chars.next();
        self.rest = chars.as_str();
        next
    }

    fn expect(&mut self, wanted: char) -> Result<(), MalformedField> {
        match self.bump() {
            Some(found) if found == wanted => Ok(()),
            _ => Err(MalformedField::Finding),
        }
    }

    /// The longest run of such characters; `None` if there is none.
    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> Option<&'a str> {
        let end = self.rest.find(|c| !wanted(c)).unwrap_or(self.rest.len());
        let (run, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!run.is_empty()).then_some(run)
    }

    /// White space and comments, which nest (RFC 5322, 3.2.2).
    fn skip_cfws(&mut self) -> Result<(), MalformedField> {
        let mut depth = 0_usize;
        while let Some(c) = self.peek() {
            match c {
                '(' => depth += 1,
                ')' if depth > 0 => depth -= 1,
                '\\' if depth > 0 => {
                    self.bump();
                }
                _ if depth > 0 => {}
                ' ' | '\t' | '\r' | '\n' => {}
                _ => return Ok(()),
            }
            self.bump();
        }
        if depth == 0 { Ok(()) } else { Err(MalformedField::Unclosed) }
    }

    /// A quoted string's content, if one starts here.
    fn quoted(&mut self) -> Result<Option<String>, MalformedField> {
        if self.peek() != Some('"') {
            return Ok(None);
        }
        self.bump();
        let mut content = String::new();
        loop {
            match self.bump().ok_or(MalformedField::Unclosed)? {
                '"' => return Ok(Some(content)),
                '\\' => content.push(self.bump().ok_or(MalformedField::Unclosed)?),
                '\r' | '\n' => {}
                c => content.push(c),
            }
        }
    }

    /// `value` (RFC 2045, 5.1): a token or a quoted string.
    fn value(&mut self) -> Result<Option<String>, MalformedField> {
        if let Some(content) = self.quoted()? {
            return Ok(Some(content));
        }
        Ok(self.take_while(is_token).map(str::to_owned))
    }

    /// `pvalue`: a value, a domain or an address, whose local part may be quoted.
    fn pvalue(&mut self) -> Result<String, MalformedField> {
        let mut text = self.quoted()?;
        // What follows a quoted string without a space can only be the rest of an address: "jane doe"@example.org
        let continues = text.is_none() || self.peek() == Some('@');
        if let Some(run) = self.take_while(is_in_pvalue).filter(|_| continues) {
            text.get_or_insert_default().push_str(run);
        }
        text.ok_or(MalformedField::Finding)
    }

    /// `Keyword` (RFC 5321, 4.1.2), in lower case.
    fn keyword(&mut self) -> Result<String, MalformedField> {
        self.take_while(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
            .map(str::to_ascii_lowercase)
            .ok_or(MalformedField::Finding)
    }

    /// One `resinfo` after its `;`, or `None` for `none`.
    fn finding(&mut self) -> Result<Option<MethodResult>, MalformedField> {
        let method = self.keyword()?;
        self.skip_cfws()?;
        let mut version = 1;
        if self.peek() == Some('/') {
            self.bump();
            self.skip_cfws()?;
            let digits = self.take_while(|c| c.is_ascii_digit()).ok_or(MalformedField::Finding)?;
            version = digits.parse().map_err(|_| MalformedField::Version)?;
            self.skip_cfws()?;
        }
        if method == "none" && matches!(self.peek(), None | Some(';')) {
            return Ok(None);
        }
        self.expect('=')?;
        self.skip_cfws()?;
        let result = self.keyword()?;
        let mut found = MethodResult { method, version, result, reason: None, properties: Vec::new() };
        loop {
            let before = self.rest.len();
            self.skip_cfws()?;
            if matches!(self.peek(), None | Some(';')) {
                return Ok(Some(found));
            }
            if self.rest.len() == before {
                // Nothing separates it from what stands before: "dkim=pass(ok)x.y=z" does, "dkim=pass/1" does not.
                return Err(MalformedField::Finding);
            }
            let word = self.keyword()?;
            self.skip_cfws()?;
            if word == "reason" && self.peek() == Some('=') {
                if found.reason.is_some() || !found.properties.is_empty() {
                    return Err(MalformedField::Finding);
                }
                self.bump();
                self.skip_cfws()?;
                found.reason = Some(self.value()?.ok_or(MalformedField::Finding)?);
                continue;
            }
            self.expect('.')?;
            self.skip_cfws()?;
            let property = self.keyword()?;
            self.skip_cfws()?;
            self.expect('=')?;
            self.skip_cfws()?;
            found.properties.push(Property { ptype: word, property, value: self.pvalue()? });
        }
    }
}

/// `token` of RFC 2045, with RFC 8616's characters beyond ASCII.
fn is_token(c: char) -> bool {
    !c.is_control() && !c.is_whitespace() && !r#"()<>@,;:\"/[]?="#.contains(c)
}

fn is_in_pvalue(c: char) -> bool {
    !c.is_control() && !c.is_whitespace() && !r#"();"\"#.contains(c)
}

/// What our mail server says about a mail's From domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DmarcVerdict {
    /// The From domain is authenticated: a DKIM signature or SPF is aligned with it.
    Pass,
    /// It is not; why, in plain words without addresses.
    Fail(String),
    /// Our server says nothing about it.
    Absent,
}

/// The verdict from all `Authentication-Results` fields of a mail, as raw values, topmost first.
///
/// Only fields of `authserv_id` (without regard to case) count; a field that cannot be read counts as absent. The topmost of ours with
/// a `dmarc` finding decides, since servers prepend and a field further down may have come with the mail
/// (RFC 8601, 5); but any of ours with a `dmarc` finding other than `pass` makes it fail. A pass must name the
/// From domain as `header.from` (RFC 8601, 2.7.2 and RFC 7489, 11), or it is about another mail.
pub fn dmarc_verdict(fields: &[String], authserv_id: &str, from_domain: &str) -> DmarcVerdict {
    let ours = fields
        .iter()
        .filter_map(|field| parse(field).ok())
        .filter(|field| field.authserv_id.eq_ignore_ascii_case(authserv_id))
        .map(|field| {
            field
                .results
                .into_iter()
                .filter(|found| found.method == "dmarc" && found.version == 1)
                .collect::<Vec<_>>()
        })
        .filter(|found| !found.is_empty())
        .collect::<Vec<_>>();
    let Some(topmost) = ours.first() else { return DmarcVerdict::Absent };
    if let Some(bad) = ours.iter().flatten().find(|found| found.result != "pass") {
        let known =
            ["none", "fail", "temperror", "permerror", "policy", "neutral", "softfail", "bestguesspass"];
        let result =
            if known.contains(&bad.result.as_str()) { bad.result.as_str() } else { "something else" };
        return DmarcVerdict::Fail(format!(
            "our mail server checked the From address and says: dmarc={result}"
        ));
    }
    let aligned = topmost.iter().all(|found| {
        let mut domains = found.values("header", "from").peekable();
        domains.peek().is_some() && domains.all(|domain| domain.eq_ignore_ascii_case(from_domain))
    });
    if aligned {
        DmarcVerdict::Pass
    } else {
        DmarcVerdict::Fail(
            "our mail server's check is not about the domain of the mail's From address".to_owned(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(field: &str) -> Vec<(String, String)> {
        parse(field).expect("well formed").results.into_iter().map(|r| (r.method, r.result)).collect()
    }

    #[test]
    fn the_examples_of_rfc_8601_appendix_b_are_read() {
        // B.2 to B.7, folded as they stand there.
        let none = parse("example.org 1; none").expect("B.2");
        assert_eq!((none.authserv_id.as_str(), none.results.len()), ("example.org", 0));

        let one = parse("example.com;\r\n          spf=pass smtp.mailfrom=example.net").expect("B.3");
        assert_eq!(
            one.results.first().map(|r| r.values("smtp", "mailfrom").collect()),
            Some(vec!["example.net"])
        );

        let several = "example.com;\r\n  auth=pass (cram-md5) smtp.auth=sender@example.net;\r\n  spf=pass smtp.mailfrom=example.net";
        assert_eq!(
            found(several),
            [("auth".to_owned(), "pass".to_owned()), ("spf".to_owned(), "pass".to_owned())]
        );

        let reasons = "example.com;\r\n dkim=pass reason=\"good signature\"\r\n  header.i=@mail-router.example.net;\r\n dkim=fail reason=\"bad signature\"\r\n  header.i=@newyork.example.com";
        let parsed = parse(reasons).expect("B.6");
        let second = parsed.results.get(1).expect("two");
        assert_eq!(second.reason.as_deref(), Some("bad signature"));
        assert_eq!(second.values("header", "i").collect::<Vec<_>>(), ["@newyork.example.com"]);

        let comments = "foo.example.net (foobar) 1 (baz);\r\n dkim (Because I like it) / 1 (One yay) = (wait for it) fail\r\n  policy (A dot can go here) . (like that) expired\r\n  (this surprised me) = (as I wasn't expecting it) 1362471462";
        let parsed = parse(comments).expect("B.7");
        assert_eq!(parsed.authserv_id, "foo.example.net");
        let only = parsed.results.first().expect("one");
        assert_eq!((only.method.as_str(), only.version, only.result.as_str()), ("dkim", 1, "fail"));
        assert_eq!(only.values("policy", "expired").collect::<Vec<_>>(), ["1362471462"]);
    }

    #[test]
    fn what_servers_in_use_write_is_read() {
        for field in [
            "mx1.example.org;\n\tdkim=pass header.d=agency.example header.s=k1 header.b=\"aB+/c=\";\n\tspf=pass (mx1.example.org: domain of jane@agency.example designates 192.0.2.1 as permitted sender) smtp.mailfrom=jane@agency.example;\n\tdmarc=pass (policy=reject) header.from=agency.example",
            "mx1.example.org; dmarc=pass (p=none dis=none) header.from=agency.example",
            "mx1.example.org; dkim=pass (2048-bit key; unprotected) header.d=agency.example header.b=aB+/c=; dmarc=pass header.from=agency.example;",
            "mx1.example.org; iprev=pass policy.iprev=2001:db8::1; arc=none; dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=agency.example",
            "mx1.example.org; spf=pass smtp.mailfrom=\"jane doe\"@agency.example; dmarc/1=PASS HEADER.FROM=Agency.Example",
            "\"mx1.example.org\" 1; dmarc=pass header.from=\"agency.example\"",
        ] {
            let fields = [field.to_owned()];
            assert_eq!(
                dmarc_verdict(&fields, "MX1.example.ORG", "agency.example"),
                DmarcVerdict::Pass,
                "{field}"
            );
        }
    }

    #[test]
    fn comments_nest_and_hide_what_they_hold() {
        let field =
            "mx1.example.org (a (b \\) ; dmarc=fail) ; c); dkim=none (dmarc=pass header.from=x.example)";
        assert_eq!(found(field), [("dkim".to_owned(), "none".to_owned())]);
        let deep = format!("mx1.example.org {}{}; none", "(".repeat(20_000), ")".repeat(20_000));
        assert!(parse(&deep).is_ok());
    }

    #[test]
    fn a_quoted_string_cannot_open_a_finding() {
        let field = "mx1.example.org; spf=fail smtp.mailfrom=\"; dmarc=pass header.from=agency.example\"";
        assert_eq!(found(field), [("spf".to_owned(), "fail".to_owned())]);
    }

    #[test]
    fn what_the_grammar_does_not_have_is_malformed() {
        for (field, why) in [
            ("", MalformedField::NoServer),
            ("   (nobody)", MalformedField::NoServer),
            ("; dmarc=pass", MalformedField::NoServer),
            ("mx1.example.org", MalformedField::Finding),
            ("mx1.example.org;", MalformedField::Finding),
            ("mx1.example.org 2; dmarc=pass", MalformedField::Version),
            ("mx1.example.org (open; dmarc=pass", MalformedField::Unclosed),
            ("mx1.example.org; dkim=pass reason=\"open", MalformedField::Unclosed),
            ("mx1.example.org; dmarc", MalformedField::Finding),
            ("mx1.example.org; dmarc=", MalformedField::Finding),
            ("mx1.example.org; dmarc=pass header.from", MalformedField::Finding),
            ("mx1.example.org; dmarc=pass header.from=", MalformedField::Finding),
            ("mx1.example.org; dmarc=pass header=x", MalformedField::Finding),
            ("mx1.example.org; dmarc=pass, header.from=x", MalformedField::Finding),
            ("mx1.example.org; dmarc=pass header.from=x reason=late", MalformedField::Finding),
            ("mx1.example.org; none; dmarc=pass", MalformedField::Finding),
            ("mx1.example.org; dmarc=pass; none", MalformedField::Finding),
            ("mx1.example.org dmarc=pass", MalformedField::Finding),
            ("mx1.example.org; dkim/x=pass", MalformedField::Finding),
            // No server's name at all, as some hosted mail services write it.
            (
                "spf=pass smtp.mailfrom=agency.example; dmarc=pass header.from=agency.example",
                MalformedField::Finding,
            ),
        ] {
            assert_eq!(parse(field), Err(why), "{field:?}");
        }
    }

    #[test]
    fn the_verdict_comes_from_our_server_alone() {
        let pass = "mx1.example.org; dmarc=pass header.from=agency.example";
        let fail = "mx1.example.org; dmarc=fail header.from=agency.example";
        let forged = "mx.evil.example; dmarc=pass header.from=agency.example";
        let quiet = "mx1.example.org; spf=pass smtp.mailfrom=agency.example";
        let broken = "mx1.example.org; dmarc=pass header.from=agency.example (";
        let other = "mx1.example.org; dmarc=pass header.from=other.example";
        let both = "mx1.example.org; dmarc=pass header.from=agency.example header.from=other.example";
        let bare = "mx1.example.org; dmarc=pass";
        let later = "mx1.example.org; dmarc/2=pass header.from=agency.example";
        let sub = "mx1.example.org; dmarc=pass header.from=sub.agency.example";
        for (fields, wanted) in [
            (vec![pass], "pass"),
            (vec![quiet, pass], "pass"),
            (vec![forged], "absent"),
            (vec![quiet], "absent"),
            (vec![], "absent"),
            (vec![broken], "absent"),
            (vec![later], "absent"),
            (vec![fail], "fail"),
            (vec![pass, fail], "fail"),
            (vec![fail, pass], "fail"),
            (vec![forged, fail], "fail"),
            (vec![other], "fail"),
            (vec![other, pass], "fail"),
            (vec![both], "fail"),
            (vec![bare], "fail"),
            (vec![sub], "fail"),
            (vec!["mx1.example.org; dmarc=none header.from=agency.example"], "fail"),
            (vec!["mx1.example.org; dmarc=pass header.from=agency.example; dmarc=fail"], "fail"),
            (vec!["mx1.example.org; dmarc=pass header.from=jane@agency.example"], "fail"),
        ] {
            let raw: Vec<String> = fields.iter().map(|field| (*field).to_owned()).collect();
            let verdict = match dmarc_verdict(&raw, "mx1.example.org", "agency.example") {
                DmarcVerdict::Pass => "pass",
                DmarcVerdict::Fail(why) => {
                    assert!(!why.contains('@') && !why.contains("agency"), "{why}");
                    "fail"
                }
                DmarcVerdict::Absent => "absent",
            };
            assert_eq!(verdict, wanted, "{fields:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_field_makes_the_reader_fall_over(field in ".{0,200}") {
            let _outcome = parse(&field);
        }

        #[test]
        fn no_value_of_a_property_changes_the_verdict(value in "[^\\x00-\\x1f]{0,60}") {
            // As our own server would quote what an attacker chose, e.g. an envelope sender.
            let quoted = value.replace('\\', "\\\\").replace('"', "\\\"");
            let field = format!("mx1.example.org; spf=fail smtp.mailfrom=\"{quoted}\"; dmarc=fail header.from=agency.example");
            let verdict = dmarc_verdict(&[field], "mx1.example.org", "agency.example");
            proptest::prop_assert!(matches!(verdict, DmarcVerdict::Fail(_)));
        }
    }
}
