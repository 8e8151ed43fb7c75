//! Classes by name: `\p{Lu}`, `\p{Alpha}`, `\p{IsLatin}`, `\p{InGreek}`, `\p{javaLetter}`.

use super::escape::unicode_set;
use super::parse::{Parser, Read, Refusal, fault};
use super::set::Set;

/// General categories, under the names that Java has for them.
const CATEGORIES: [&str; 37] = [
    "C", "Cc", "Cf", "Cn", "Co", "L", "LC", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd", "Nl", "No",
    "P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs",
];

/// Binary properties behind `Is`: Java's name, what the `regex` crate writes.
const BINARY: [(&str, &str); 22] = [
    ("ALNUM", "\\p{Alphabetic}\\p{Nd}"),
    ("ALPHABETIC", "\\p{Alphabetic}"),
    ("ASSIGNED", "\\P{Cn}"),
    ("BLANK", "\\p{Zs}\\t"),
    ("CONTROL", "\\p{Cc}"),
    ("DIGIT", "\\p{Nd}"),
    ("GRAPH", "[^\\p{Z}\\p{Cc}\\p{Cn}]"),
    ("HEXDIGIT", "\\p{Nd}\\p{Hex_Digit}"),
    ("HEX_DIGIT", "\\p{Nd}\\p{Hex_Digit}"),
    ("IDEOGRAPHIC", "\\p{Ideographic}"),
    ("JOINCONTROL", "\\p{Join_Control}"),
    ("JOIN_CONTROL", "\\p{Join_Control}"),
    ("LETTER", "\\p{L}"),
    ("LOWERCASE", "\\p{Lowercase}"),
    ("NONCHARACTERCODEPOINT", "\\p{Noncharacter_Code_Point}"),
    ("PRINT", "[^\\p{Zl}\\p{Zp}\\p{Cc}\\p{Cn}]"),
    ("PUNCTUATION", "\\p{P}"),
    ("TITLECASE", "\\p{Lt}"),
    ("UPPERCASE", "\\p{Uppercase}"),
    ("WHITESPACE", "\\p{White_Space}"),
    ("WHITE_SPACE", "\\p{White_Space}"),
    ("WORD", "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}"),
];

/// POSIX names, of ASCII and, under `(?U)`, of Unicode.
const POSIX: [(&str, &str, &str); 13] = [
    ("ASCII", "\\x00-\\x7f", "\\x00-\\x7f"),
    ("Alnum", "0-9A-Za-z", "\\p{Alphabetic}\\p{Nd}"),
    ("Alpha", "A-Za-z", "\\p{Alphabetic}"),
    ("Blank", " \\t", "\\p{Zs}\\t"),
    ("Cntrl", "\\x00-\\x1f\\x7f", "\\p{Cc}"),
    ("Digit", "0-9", "\\p{Nd}"),
    ("Graph", "!-~", "[^\\p{Z}\\p{Cc}\\p{Cn}]"),
    ("Lower", "a-z", "\\p{Lowercase}"),
    ("Print", " -~", "[^\\p{Zl}\\p{Zp}\\p{Cc}\\p{Cn}]"),
    ("Punct", "!-/:-@\\[-`{-~", "\\p{P}"),
    ("Space", "\\t-\\r ", "\\p{White_Space}"),
    ("Upper", "A-Z", "\\p{Uppercase}"),
    ("XDigit", "0-9A-Fa-f", "\\p{Nd}\\p{Hex_Digit}"),
];

/// Methods of Java's `Character`.
const JAVA: [(&str, &str); 12] = [
    ("Alphabetic", "\\p{Alphabetic}"),
    ("Defined", "\\P{Cn}"),
    ("Digit", "\\p{Nd}"),
    ("ISOControl", "\\x00-\\x1f\\x7f-\\x9f"),
    ("Ideographic", "\\p{Ideographic}"),
    ("Letter", "\\p{L}"),
    ("LetterOrDigit", "\\p{L}\\p{Nd}"),
    ("LowerCase", "\\p{Lowercase}"),
    ("SpaceChar", "\\p{Z}"),
    ("TitleCase", "\\p{Lt}"),
    ("UpperCase", "\\p{Uppercase}"),
    ("Whitespace", "[\\p{Z}&&[^\\x{a0}\\x{2007}\\x{202f}]]\\t-\\r\\x1c-\\x1f"),
];

/// Blocks that texts are searched by; their names are compared without spaces, hyphens and underscores.
const BLOCKS: [(&str, char, char); 33] = [
    ("ARABIC", '\u{600}', '\u{6ff}'),
    ("ARMENIAN", '\u{530}', '\u{58f}'),
    ("ARROWS", '\u{2190}', '\u{21ff}'),
    ("BASICLATIN", '\0', '\u{7f}'),
    ("BENGALI", '\u{980}', '\u{9ff}'),
    ("BOXDRAWING", '\u{2500}', '\u{257f}'),
    ("CJKSYMBOLSANDPUNCTUATION", '\u{3000}', '\u{303f}'),
    ("CJKUNIFIEDIDEOGRAPHS", '\u{4e00}', '\u{9fff}'),
    ("COMBININGDIACRITICALMARKS", '\u{300}', '\u{36f}'),
    ("CURRENCYSYMBOLS", '\u{20a0}', '\u{20cf}'),
    ("CYRILLIC", '\u{400}', '\u{4ff}'),
    ("DEVANAGARI", '\u{900}', '\u{97f}'),
    ("DINGBATS", '\u{2700}', '\u{27bf}'),
    ("EMOTICONS", '\u{1f600}', '\u{1f64f}'),
    ("GENERALPUNCTUATION", '\u{2000}', '\u{206f}'),
    ("GEORGIAN", '\u{10a0}', '\u{10ff}'),
    ("GREEK", '\u{370}', '\u{3ff}'),
    ("GREEKANDCOPTIC", '\u{370}', '\u{3ff}'),
    ("GREEKEXTENDED", '\u{1f00}', '\u{1fff}'),
    ("HALFWIDTHANDFULLWIDTHFORMS", '\u{ff00}', '\u{ffef}'),
    ("HANGULJAMO", '\u{1100}', '\u{11ff}'),
    ("HANGULSYLLABLES", '\u{ac00}', '\u{d7af}'),
    ("HEBREW", '\u{590}', '\u{5ff}'),
    ("HIRAGANA", '\u{3040}', '\u{309f}'),
    ("KATAKANA", '\u{30a0}', '\u{30ff}'),
    ("LATIN1SUPPLEMENT", '\u{80}', '\u{ff}'),
    ("LATINEXTENDEDA", '\u{100}', '\u{17f}'),
    ("LATINEXTENDEDADDITIONAL", '\u{1e00}', '\u{1eff}'),
    ("LATINEXTENDEDB", '\u{180}', '\u{24f}'),
    ("LETTERLIKESYMBOLS", '\u{2100}', '\u{214f}'),
    ("MATHEMATICALOPERATORS", '\u{2200}', '\u{22ff}'),
    ("NUMBERFORMS", '\u{2150}', '\u{218f}'),
    ("THAI", '\u{e00}', '\u{e7f}'),
];

impl Parser {
    /// What follows `\p` or `\P`.
    pub fn property(&mut self, complement: bool) -> Read<Set> {
        let name = match self.ahead(0) {
            None => return Err(fault("`\\p` is followed by the name of a class")),
            Some('{') => {
                let rest = &self.pattern[self.at + 1..];
                let Some(length) = rest.iter().position(|c| *c == '}') else {
                    return Err(fault("the name of a class is not closed by `}`"));
                };
                self.at += length + 2;
                rest[..length].iter().collect::<String>()
            }
            Some(letter) => {
                self.at += 1;
                letter.to_string()
            }
        };
        Ok(self.named_class(&name)?.complement_if(complement))
    }

    fn named_class(&self, name: &str) -> Read<Set> {
        let unknown = || fault(format!("no class of characters is called `{name}`"));
        if let Some((kind, value)) = name.split_once('=') {
            return match kind.to_ascii_lowercase().as_str() {
                "sc" | "script" => script(value).ok_or_else(unknown),
                "blk" | "block" => block(value),
                "gc" | "general_category" => self.property_set(value)?.ok_or_else(unknown),
                _ => Err(unknown()),
            };
        }
        if let Some(name) = name.strip_prefix("In") {
            return block(name);
        }
        if let Some(short) = name.strip_prefix("Is") {
            let upper = short.to_ascii_uppercase();
            if let Some((_, text)) = BINARY.iter().find(|(known, _)| *known == upper) {
                let cased = matches!(upper.as_str(), "LOWERCASE" | "TITLECASE" | "UPPERCASE") && self.flags.any_case;
                return unicode_set(if cased { "\\p{Lowercase}\\p{Uppercase}\\p{Lt}" } else { text });
            }
            return self.property_set(short)?.or_else(|| script(short)).ok_or_else(unknown);
        }
        self.property_set(name)?.ok_or_else(unknown)
    }

    /// Categories, POSIX names and Java's own.
    fn property_set(&self, name: &str) -> Read<Option<Set>> {
        let any_case = self.flags.any_case;
        let text = match name {
            "Lu" | "Ll" | "Lt" if any_case => "\\p{LC}".to_owned(),
            "LD" => "\\p{L}\\p{Nd}".to_owned(),
            "L1" => "\\x00-\\x{ff}".to_owned(),
            "all" => "\\x00-\\x{10ffff}".to_owned(),
            "Lower" | "Upper" if any_case && !self.flags.unicode_classes => "A-Za-z".to_owned(),
            "Lower" | "Upper" | "javaLowerCase" | "javaUpperCase" | "javaTitleCase" if any_case => {
                "\\p{Lowercase}\\p{Uppercase}\\p{Lt}".to_owned()
            }
            name if CATEGORIES.contains(&name) => format!("\\p{{{name}}}"),
            name => {
                let posix = POSIX.iter().find(|(known, ..)| *known == name);
                let java = name.strip_prefix("java").and_then(|method| JAVA.iter().find(|(known, _)| *known == method));
                match (posix, java) {
                    (Some((_, _, unicode)), _) if self.flags.unicode_classes => (*unicode).to_owned(),
                    (Some((_, ascii, _)), _) => (*ascii).to_owned(),
                    (None, Some((_, text))) => (*text).to_owned(),
                    (None, None) => return Ok(None),
                }
            }
        };
        unicode_set(&text).map(Some)
    }
}

fn script(name: &str) -> Option<Set> {
    let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    Set::named(&format!("\\p{{sc={name}}}")).filter(|_| is_plain && !name.is_empty())
}

fn block(name: &str) -> Read<Set> {
    let plain: String = name.chars().filter(|c| !matches!(c, ' ' | '_' | '-')).collect();
    let plain = plain.to_ascii_uppercase();
    match BLOCKS.iter().find(|(known, ..)| *known == plain) {
        Some((_, first, last)) => Ok(Set::Range(*first, *last)),
        None => Err(Refusal::NotBuilt(format!("the block `{name}` of a pattern"))),
    }
}
