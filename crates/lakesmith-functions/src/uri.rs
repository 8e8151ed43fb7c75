//! [`Uri`]: a URL taken apart by RFC 2396 as Java reads it, characters beyond ASCII allowed.
//!
//! Parts are as they are written, escapes included. An authority that is no host has no host, and is still an authority.

/// The parts of a URL.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Uri<'u> {
    pub(crate) scheme: Option<&'u str>,
    pub(crate) authority: Option<&'u str>,
    pub(crate) user: Option<&'u str>,
    pub(crate) host: Option<&'u str>,
    pub(crate) path: Option<&'u str>,
    pub(crate) query: Option<&'u str>,
    pub(crate) fragment: Option<&'u str>,
}

impl<'u> Uri<'u> {
    /// The parts of a text; `None` when it is no URL.
    pub(crate) fn parse(text: &'u str) -> Option<Self> {
        let mut uri = Self::default();
        let (rest, fragment) = cut(text, '#');
        uri.fragment = fragment;
        if fragment.is_some_and(|fragment| !is_legal(fragment, ANYWHERE)) {
            return None;
        }
        let rest = match rest.find([':', '/', '?']) {
            Some(at) if rest[at..].starts_with(':') => {
                let scheme = &rest[..at];
                let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
                    && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
                uri.scheme = is_scheme.then_some(scheme);
                uri.scheme?;
                &rest[at + 1..]
            }
            _ => rest,
        };
        if uri.scheme.is_some() && !rest.starts_with('/') {
            // `mailto:a@b.c` has no parts of its own
            return (!rest.is_empty() && is_legal(rest, ANYWHERE)).then_some(uri);
        }
        let (rest, query) = cut(rest, '?');
        uri.query = query;
        if query.is_some_and(|query| !is_legal(query, ANYWHERE)) {
            return None;
        }
        let path = match rest.strip_prefix("//") {
            Some(after) => {
                let (authority, path) = after.split_at(after.find('/').unwrap_or(after.len()));
                if authority.is_empty() && path.is_empty() {
                    return None;
                }
                if !authority.is_empty() {
                    uri.set_authority(authority)?;
                }
                path
            }
            None => rest,
        };
        uri.path = Some(path);
        is_legal(path, "-_.!~*'():@&=+$,/;").then_some(uri)
    }

    fn set_authority(&mut self, authority: &'u str) -> Option<()> {
        let (user, server) =
            authority.rsplit_once('@').map_or((None, authority), |(user, server)| (Some(user), server));
        let (host, port) = match server.find(']') {
            Some(end) if server.starts_with('[') => server.split_at(end + 1),
            _ => server.split_at(server.rfind(':').unwrap_or(server.len())),
        };
        let is_port = port.is_empty() || port.strip_prefix(':').is_some_and(|p| p.bytes().all(|b| b.is_ascii_digit()));
        let is_user = user.is_none_or(|user| is_legal(user, "-_.!~*'();:&=+$,"));
        self.authority = Some(authority);
        if is_port && is_user && is_host(host) {
            (self.host, self.user) = (Some(host), user);
            return Some(());
        }
        is_legal(authority, "-_.!~*'()$,;:@&=+").then_some(())
    }

    /// A part by the name that `parse_url` has for it.
    pub(crate) fn part(&self, name: &str) -> Option<&'u str> {
        match name {
            "HOST" => self.host,
            "PATH" => self.path,
            "QUERY" => self.query,
            "REF" => self.fragment,
            "PROTOCOL" => self.scheme,
            "AUTHORITY" => self.authority,
            "USERINFO" => self.user,
            _ => None,
        }
    }

    /// Path and query.
    pub(crate) fn file(&self) -> Option<String> {
        let path = self.path?;
        Some(self.query.map_or_else(|| path.to_owned(), |query| format!("{path}?{query}")))
    }
}

/// What may stand in a query and a fragment, letters and digits aside.
const ANYWHERE: &str = "-_.!~*'();/?:@&=+$,[]";

fn cut(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(before, after)| (before, Some(after)))
}

fn is_legal(text: &str, marks: &str) -> bool {
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        let legal = match character {
            '%' => {
                let mut digit = || characters.next().is_some_and(|digit| digit.is_ascii_hexdigit());
                digit() && digit()
            }
            plain if plain.is_ascii() => plain.is_ascii_alphanumeric() || marks.contains(plain),
            other => !other.is_control() && !other.is_whitespace(),
        };
        if !legal {
            return false;
        }
    }
    true
}

/// A name of labels, the last of which begins with a letter; an IPv4 address, or an IPv6 address in brackets.
fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return address.split('%').next().is_some_and(|address| address.parse::<std::net::Ipv6Addr>().is_ok());
    }
    if host.parse::<std::net::Ipv4Addr>().is_ok() {
        return true;
    }
    let name = host.strip_suffix('.').unwrap_or(host);
    let is_label = |label: &str| {
        label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && label.starts_with(|c: char| c.is_ascii_alphanumeric())
            && label.ends_with(|c: char| c.is_ascii_alphanumeric())
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    name.split('.').all(is_label) && last.starts_with(|c: char| c.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_url_is_found() {
        let uri = Uri::parse("http://me@spark.apache.org:8080/path/p.php?query=1#Ref").unwrap();
        assert_eq!((uri.scheme, uri.user, uri.host), (Some("http"), Some("me"), Some("spark.apache.org")));
        assert_eq!(uri.file().as_deref(), Some("/path/p.php?query=1"));
        assert_eq!(uri.fragment, Some("Ref"));
    }

    #[test]
    fn what_is_no_url_is_none() {
        for text in ["inva lid://a", "http://h/a b", "http://h/%zz", "http://", ":x", "a:"] {
            assert_eq!(Uri::parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_authority_that_is_no_host_has_none() {
        let uri = Uri::parse("http://a_b.c/x").unwrap();
        assert_eq!((uri.host, uri.authority), (None, Some("a_b.c")));
    }
}
