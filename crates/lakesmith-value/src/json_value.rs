//! [`Json`]: a whole JSON text as a tree that borrows from it. Numbers stay as they are written, fields in their order.

use std::borrow::Cow;

use crate::json_path::reader::{Reader, Token};

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Json<'j> {
    /// `null`.
    Null,
    /// `true`, `false`.
    Boolean(bool),
    /// A number as it is written.
    Number(&'j str),
    /// A text.
    Text(Cow<'j, str>),
    /// An array: as it is written, and its elements.
    Array(&'j str, Vec<Self>),
    /// An object: as it is written, and its fields.
    Object(&'j str, Vec<(Cow<'j, str>, Self)>),
}

impl<'j> Json<'j> {
    /// Reads a text that is one value and nothing else; `None` when it is no JSON.
    ///
    /// Texts may stand in single quotes, and control characters need no escape, as in Spark.
    pub fn parse(text: &'j str) -> Option<Self> {
        let mut reader = Reader::new(text);
        let token = reader.token()?;
        let value = read(&mut reader, token)?;
        reader.is_at_end().then_some(value)
    }

    /// Reads the value that a text begins with, whatever follows it; `None` when it begins with none.
    pub fn first(text: &'j str) -> Option<Self> {
        let mut reader = Reader::new(text);
        let token = reader.token()?;
        read(&mut reader, token)
    }

    /// The field of an object; of several of one name the last.
    pub fn field(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(_, fields) => fields.iter().rev().find(|(own, _)| own == name).map(|(_, value)| value),
            _ => None,
        }
    }
}

/// The value that began with `token`.
fn read<'j>(reader: &mut Reader<'j>, token: Token<'j>) -> Option<Json<'j>> {
    Some(match token {
        Token::Null => Json::Null,
        Token::Word(word) => Json::Boolean(word == "true"),
        Token::Number(number) => Json::Number(number),
        Token::Text(text) => Json::Text(text.decoded()),
        Token::OpenArray => {
            reader.deeper()?;
            let (start, mut items) = (reader.position() - 1, Vec::new());
            while let Some(token) = reader.item(items.is_empty())? {
                items.push(read(reader, token)?);
            }
            reader.shallower();
            Json::Array(reader.since(start), items)
        }
        Token::OpenObject => {
            reader.deeper()?;
            let (start, mut fields) = (reader.position() - 1, Vec::new());
            while let Some(key) = reader.key(fields.is_empty())? {
                let token = reader.token()?;
                fields.push((key.decoded(), read(reader, token)?));
            }
            reader.shallower();
            Json::Object(reader.since(start), fields)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_keeps_numbers_order_and_the_text() {
        let value = Json::parse(r#" {"b": 1.50, "a": [true, null, "x\u0041"]} "#).unwrap();
        assert_eq!(value.field("b"), Some(&Json::Number("1.50")));
        let Some(Json::Array(text, items)) = value.field("a") else { panic!("{value:?}") };
        assert_eq!(*text, r#"[true, null, "x\u0041"]"#);
        assert_eq!(items[2], Json::Text("xA".into()));
    }

    #[test]
    fn what_follows_the_first_value_can_be_passed_over() {
        assert_eq!(Json::first("1 x"), Some(Json::Number("1")));
        assert_eq!(Json::first("[1"), None);
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in ["", "{", "[1,]", "{\"a\" 1}", "1 2", "{a: 1}", "tru"] {
            assert_eq!(Json::parse(text), None, "{text}");
        }
    }
}
