//! Lists page by page.

/// No page number beyond, so that no address makes the database count for long.
const LAST: i64 = 100_000;

/// A page that is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turn {
    number: i64,
    size: i64,
}

/// The line below a list: which page it is, and the addresses of its neighbours (`pages.html`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pages {
    pub number: i64,
    /// How many there are, where that is known.
    pub of: Option<i64>,
    pub back: Option<String>,
    pub next: Option<String>,
}

impl Turn {
    /// The page of this number, as an address has it (from 1; anything else is the nearest), of lists with `size` lines.
    pub(super) fn to(number: i64, size: i64) -> Self {
        Self { number: number.clamp(1, LAST), size }
    }

    /// How many lines to ask for: one more than is shown, which tells whether there is a next page.
    pub(super) fn limit(self) -> i64 {
        self.size + 1
    }

    /// How many lines come before.
    pub(super) fn offset(self) -> i64 {
        (self.number - 1) * self.size
    }

    /// Cuts the lines to those that are shown. `count`: how many there are in all; `address`: that of a page.
    pub(super) fn pages<T>(
        self,
        lines: &mut Vec<T>,
        count: Option<i64>,
        address: impl Fn(i64) -> String,
    ) -> Pages {
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        let more = lines.len() > size;
        lines.truncate(size);
        Pages {
            number: self.number,
            of: count.map(|count| ((count + self.size - 1) / self.size).max(1)),
            back: (self.number > 1).then(|| address(self.number - 1)),
            next: more.then(|| address(self.number + 1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_a_next_page_if_there_is_a_line_for_it() {
        let pages = |asked: i64, lines: i64, count: Option<i64>| {
            let mut lines: Vec<i64> = (0..lines).collect();
            let pages = Turn::to(asked, 3).pages(&mut lines, count, |page| format!("/?page={page}"));
            (pages.number, lines.len(), pages.of, pages.back, pages.next)
        };
        let address = |page: i64| Some(format!("/?page={page}"));
        assert_eq!(pages(1, 0, Some(0)), (1, 0, Some(1), None, None));
        assert_eq!(pages(1, 3, Some(3)), (1, 3, Some(1), None, None));
        assert_eq!(pages(1, 4, Some(7)), (1, 3, Some(3), None, address(2)));
        assert_eq!(pages(2, 4, None), (2, 3, None, address(1), address(3)));
        assert_eq!(pages(3, 1, Some(7)), (3, 1, Some(3), address(2), None));
        assert_eq!(pages(-5, 1, None), (1, 1, None, None, None));
        let far = Turn::to(i64::MAX, 50);
        assert_eq!((far.limit(), far.offset()), (51, (LAST - 1) * 50), "nothing overflows");
    }
}
