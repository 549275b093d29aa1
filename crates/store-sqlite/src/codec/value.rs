//! Values and where they came from.

use super::{Pack, Read, Unpack, broken};
use domain::value::{Origin, Value};

impl Pack {
    /// A value with its type.
    pub fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.byte(0),
            Value::Bool(truth) => self.byte(1 + u8::from(*truth)),
            Value::Int(number) => {
                self.byte(3);
                self.signed(*number);
            }
            Value::Text(text) => {
                self.byte(4);
                self.text(text);
            }
            Value::List(items) => {
                self.byte(5);
                self.count(items.len());
                items.iter().for_each(|item| self.text(item));
            }
        }
    }

    /// An origin.
    pub fn origin(&mut self, origin: Origin) {
        self.byte(match origin {
            Origin::Asked => 0,
            Origin::Prefilled => 1,
            Origin::ConfirmedUnchanged => 2,
        });
    }
}

impl Unpack<'_> {
    /// A value.
    pub fn value(&mut self) -> Read<Value> {
        Ok(match self.byte()? {
            0 => Value::Null,
            truth @ 1..=2 => Value::Bool(truth == 2),
            3 => Value::Int(self.signed()?),
            4 => Value::Text(self.text()?.to_owned()),
            5 => Value::List(self.list(|unpack| Ok(unpack.text()?.to_owned()))?),
            _ => return Err(broken("a value of an unknown type")),
        })
    }

    /// An origin.
    pub fn origin(&mut self) -> Read<Origin> {
        match self.byte()? {
            0 => Ok(Origin::Asked),
            1 => Ok(Origin::Prefilled),
            2 => Ok(Origin::ConfirmedUnchanged),
            _ => Err(broken("an unknown origin")),
        }
    }
}
