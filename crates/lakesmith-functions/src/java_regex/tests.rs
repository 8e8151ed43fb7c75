use super::JavaRegex;

fn all(pattern: &str, text: &str) -> Vec<String> {
    let regex = JavaRegex::new(pattern, "regexp").unwrap();
    let mut search = regex.search(text);
    let mut found = Vec::new();
    while search.next().unwrap() {
        found.push(search.text(0).unwrap().to_owned());
    }
    found
}

#[test]
fn an_empty_match_may_follow_a_match() {
    assert_eq!(all("a*", "baac"), ["", "aa", "", ""]);
    assert_eq!(all("(?=(a+))", "aa"), ["", ""]);
}

#[test]
fn look_around_and_back_references_see_what_java_sees() {
    assert_eq!(all(r"(\w)\1", "aabbc"), ["aa", "bb"]);
    assert_eq!(all(r"(?<=a|bc)b", "ab bcb"), ["b", "b"]);
    assert_eq!(all(r"\d{1,3}(?=(\d{3})+(?!\d))", "1234567"), ["1", "234"]);
    assert_eq!(all(r"(?>a+)ab", "aaab"), Vec::<String>::new());
    assert_eq!(all(r"(a)|b\1", "ab"), ["a"]);
}

#[test]
fn a_line_ends_before_its_terminator() {
    assert_eq!(all("(?m)^.*$", "a\r\nb\n"), ["a", "b"]);
    assert_eq!(all("b$", "ab\r\n"), ["b"]);
    assert_eq!(all(r"b\z", "ab\n"), Vec::<String>::new());
}

#[test]
fn loops_end_with_an_empty_round() {
    assert_eq!(all("(a*)*", "aab"), ["aa", "", ""]);
    assert_eq!(all("(a?){3}b", "ab"), ["ab"]);
    assert_eq!(all("(?:a|b)+?b", "aabb"), ["aab"]);
}

#[test]
fn a_pattern_that_takes_too_long_is_given_up() {
    let regex = JavaRegex::new(r"(?=a)(a+)+b", "regexp").unwrap();
    let error = regex.search(&"a".repeat(40)).next().unwrap_err();
    assert!(error.to_string().contains("takes too many steps"), "{error}");
}

#[test]
fn what_is_no_pattern_is_refused() {
    for pattern in ["(", ")", "[a", "*", "a{2,1}", r"\y", r"\p{Nope}", "(?<=(a|bc)+)b", "[z-a]", "\\", r"\k<n>"] {
        let error = JavaRegex::new(pattern, "regexp").unwrap_err();
        assert!(error.to_string().contains("is no regular expression"), "{pattern}: {error}");
    }
    let error = JavaRegex::new(r"\X", "regexp").unwrap_err();
    assert!(error.to_string().contains("not built"), "{error}");
}
