//! Papers for the page that shows the screens: kept in memory, handed out under an address that names a secret of this
//! opening. The server itself is the wiring's business.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::ports::documents::{Offered, Outlet, OutletError, Paper};

/// Papers one opening keeps; the oldest goes first.
const KEPT: usize = 8;

/// Every opening's papers, for the server.
#[derive(Debug, Default)]
pub struct Papers {
    shelves: Mutex<Vec<Weak<Shelf>>>,
}

impl Papers {
    /// A shelf of its own for an opening, valid until it is dropped. `server`: where papers are served, when not by the
    /// page's own origin.
    #[must_use]
    pub fn open(&self, server: Option<SocketAddr>) -> Arc<Shelf> {
        let random = || uuid::Uuid::new_v4().simple().to_string();
        let shelf = Arc::new(Shelf { secret: random() + &random(), server, papers: Mutex::default() });
        let mut shelves = lock(&self.shelves);
        shelves.retain(|shelf| shelf.strong_count() > 0);
        shelves.push(Arc::downgrade(&shelf));
        shelf
    }

    /// A paper by its address; `None` when no opening has that secret, or the paper is gone.
    #[must_use]
    pub fn find(&self, secret: &str, name: &str) -> Option<Arc<Paper>> {
        let shelves: Vec<_> = lock(&self.shelves).iter().filter_map(Weak::upgrade).collect();
        let shelf = shelves.into_iter().find(|shelf| same(shelf.secret.as_bytes(), secret.as_bytes()))?;
        let papers = lock(&shelf.papers);
        papers.iter().find(|(known, _)| known == name).map(|(_, paper)| Arc::clone(paper))
    }
}

/// The papers of one opening.
pub struct Shelf {
    secret: String,
    server: Option<SocketAddr>,
    papers: Mutex<VecDeque<(String, Arc<Paper>)>>,
}

/// Hides the secret.
impl std::fmt::Debug for Shelf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shelf").finish_non_exhaustive()
    }
}

impl Outlet for Shelf {
    fn offer(&self, name: &str, paper: &Paper) -> Result<Offered, OutletError> {
        let name = file_name(name);
        let mut papers = lock(&self.papers);
        papers.retain(|(known, _)| *known != name);
        papers.push_back((name.clone(), Arc::new(paper.clone())));
        while papers.len() > KEPT {
            papers.pop_front();
        }
        let origin = self.server.map_or_else(String::new, |address| format!("http://{address}"));
        Ok(Offered::Link(format!("{origin}/papers/{}/{name}", self.secret)))
    }
}

/// A name that is one plain part of a path and of an address.
pub fn file_name(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '-' };
    let name: String = name.chars().map(plain).collect();
    let name = name.trim_start_matches('.');
    if name.is_empty() { "paper".to_owned() } else { name.to_owned() }
}

/// Compares without telling by its time where the first difference is.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && std::hint::black_box(a.iter().zip(b).fold(0, |d, (x, y)| d | (x ^ y))) == 0
}

/// A panic elsewhere leaves these small states whole.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paper(n: u8) -> Paper {
        Paper { media_type: "application/pdf", bytes: vec![n], pages: 1 }
    }

    fn path(offered: &Offered) -> (String, String) {
        let Offered::Link(link) = offered else { panic!("a link") };
        let mut parts = link.trim_start_matches("/papers/").split('/').map(str::to_owned);
        (parts.next().unwrap(), parts.next().unwrap())
    }

    #[test]
    fn a_paper_is_found_by_its_own_secret_only() {
        let papers = Papers::default();
        let (mine, other) = (papers.open(None), papers.open(None));
        let (secret, name) = path(&mine.offer("GP-0417.pdf", &paper(1)).unwrap());
        assert_eq!(name, "GP-0417.pdf");
        assert_eq!(papers.find(&secret, &name).unwrap().bytes, [1]);
        let (foreign, _) = path(&other.offer("other.pdf", &paper(2)).unwrap());
        assert!(papers.find(&foreign, &name).is_none());
        assert!(papers.find("", &name).is_none());
        drop(mine);
        assert!(papers.find(&secret, &name).is_none(), "the opening is over");
    }

    #[test]
    fn old_papers_go_and_a_new_print_replaces_its_elder() {
        let papers = Papers::default();
        let shelf = papers.open(None);
        let (secret, _) = path(&shelf.offer("0.pdf", &paper(0)).unwrap());
        for n in 1..=u8::try_from(KEPT).unwrap() {
            shelf.offer(&format!("{n}.pdf"), &paper(n)).unwrap();
        }
        assert!(papers.find(&secret, "0.pdf").is_none());
        shelf.offer("1.pdf", &paper(9)).unwrap();
        assert_eq!(papers.find(&secret, "1.pdf").unwrap().bytes, [9]);
    }

    #[test]
    fn a_name_stays_in_its_folder() {
        for (name, plain) in [("../../etc/passwd", "-..-etc-passwd"), ("GP 04/17.pdf", "GP-04-17.pdf"), ("..", "paper")]
        {
            assert_eq!(file_name(name), plain);
        }
    }
}
