//! `aes_encrypt`, `aes_decrypt` and `hmac`. The cryptography is AWS-LC's, which the engine's TLS uses too.

use std::sync::Arc;

use aws_lc_rs::aead::{AES_128_GCM, AES_192_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{
    AES_128, AES_192, AES_256, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey,
    PaddedBlockEncryptingKey, UnboundCipherKey,
};
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;
use datafusion::arrow::array::{Array, ArrayRef, AsArray, BinaryBuilder};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{DataFusionError, Result, ScalarValue};
use datafusion::logical_expr::lit;
use lakesmith_diagnostic::Condition;
use lakesmith_unresolved::SparkType;

use crate::array::argument;
use crate::encoding::bytes;
use crate::function::{Call, Fault, Function, Typed};
use crate::kernel::{self, Kernels, refused, texts};

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["aes_encrypt"], (2, 6), |call| {
        // another initialization vector for each row, even of constants
        kernel::call("spark_aes_encrypt", arguments(call, true)?, SparkType::Binary)
    }),
    Function::scalar(&["aes_decrypt"], (2, 5), |call| {
        kernel::call("spark_aes_decrypt", arguments(call, false)?, SparkType::Binary)
    }),
    Function::scalar(&["try_aes_decrypt"], (2, 5), |call| {
        let value = kernel::call("spark_try_aes_decrypt", arguments(call, false)?, SparkType::Binary)?;
        Ok(value.with_nullable(true))
    }),
    Function::scalar(&["hmac"], (2, 3), |call| {
        let algorithm = match call.arguments.get(2) {
            Some(_) => argument(call, 2, &SparkType::STRING)?,
            None => text("SHA-256"),
        };
        let constant = crate::constant::value(&algorithm.expr);
        if matches!(&constant, Some(ScalarValue::Utf8(Some(name))) if name.eq_ignore_ascii_case("MD5")) {
            return Err(Fault::not_built("`hmac` with MD5"));
        }
        let arguments = vec![bytes(call, 0)?, bytes(call, 1)?, algorithm];
        kernel::call("spark_hmac", arguments, SparkType::Binary)
    }),
];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_aes_decrypt", |a, _| decrypt_kernel(a, false)),
    ("spark_aes_encrypt", encrypt_kernel),
    ("spark_hmac", hmac_kernel),
    ("spark_try_aes_decrypt", |a, _| decrypt_kernel(a, true)),
];

fn text(value: &str) -> Typed {
    Typed::new(lit(value), SparkType::STRING).with_nullable(false)
}

/// Value, key, mode, padding, initialization vector if one is wanted, further data.
fn arguments(call: &Call<'_>, with_vector: bool) -> Result<Vec<Typed>, Fault> {
    let word = |index: usize, default: &str| match call.arguments.get(index) {
        Some(_) => argument(call, index, &SparkType::STRING),
        None => Ok(text(default)),
    };
    let empty = || crate::cast::cast(text(""), &SparkType::Binary, crate::cast::Mode::Ansi);
    let data = |index: usize| match call.arguments.get(index) {
        Some(_) => bytes(call, index),
        None => empty(),
    };
    let mut arguments = vec![bytes(call, 0)?, bytes(call, 1)?, word(2, "GCM")?, word(3, "DEFAULT")?];
    arguments.push(if with_vector { data(4)? } else { empty()? });
    arguments.push(data(if with_vector { 5 } else { 4 })?);
    Ok(arguments)
}

/// How blocks depend on each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Ecb,
    Cbc,
    Gcm,
}

impl Mode {
    fn find(mode: &str, padding: &str) -> Result<Self> {
        match (mode.to_ascii_uppercase().as_str(), padding.to_ascii_uppercase().as_str()) {
            ("ECB", "PKCS" | "DEFAULT") => Ok(Self::Ecb),
            ("CBC", "PKCS" | "DEFAULT") => Ok(Self::Cbc),
            ("GCM", "NONE" | "DEFAULT") => Ok(Self::Gcm),
            _ => {
                let message = format!("AES has no mode `{mode}` with padding `{padding}` here");
                Err(refused(Condition::UNSUPPORTED_FEATURE, message))
            }
        }
    }

    fn vector_length(self) -> usize {
        match self {
            Self::Ecb => 0,
            Self::Cbc => 16,
            Self::Gcm => 12,
        }
    }
}

fn wrong_value(message: impl Into<String>) -> DataFusionError {
    refused(Condition::INVALID_PARAMETER_VALUE, message)
}

fn broken<E>(_: E) -> DataFusionError {
    wrong_value("AES cannot decrypt the value with this key: one of them is wrong or damaged")
}

/// One row: what is encrypted or decrypted, and how.
struct Message<'m> {
    value: &'m [u8],
    key: &'m [u8],
    mode: Mode,
    vector: &'m [u8],
    further: &'m [u8],
}

impl Message<'_> {
    fn check(&self) -> Result<()> {
        if ![16, 24, 32].contains(&self.key.len()) {
            return Err(wrong_value(format!("a key of AES has 16, 24 or 32 bytes, not {}", self.key.len())));
        }
        if !self.further.is_empty() && self.mode != Mode::Gcm {
            return Err(refused(Condition::UNSUPPORTED_FEATURE, "only GCM authenticates further data"));
        }
        if !self.vector.is_empty() && self.mode == Mode::Ecb {
            return Err(refused(Condition::UNSUPPORTED_FEATURE, "ECB has no initialization vector"));
        }
        if !self.vector.is_empty() && self.vector.len() != self.mode.vector_length() {
            let (wanted, found) = (self.mode.vector_length(), self.vector.len());
            return Err(wrong_value(format!("the initialization vector has {wanted} bytes, not {found}")));
        }
        Ok(())
    }

    fn gcm(&self) -> Result<LessSafeKey> {
        let algorithm = match self.key.len() {
            16 => &AES_128_GCM,
            24 => &AES_192_GCM,
            _ => &AES_256_GCM,
        };
        UnboundKey::new(algorithm, self.key).map(LessSafeKey::new).map_err(broken)
    }

    fn block_key(&self) -> Result<UnboundCipherKey> {
        let algorithm = match self.key.len() {
            16 => &AES_128,
            24 => &AES_192,
            _ => &AES_256,
        };
        UnboundCipherKey::new(algorithm, self.key).map_err(broken)
    }

    fn encrypt(&self) -> Result<Vec<u8>> {
        self.check()?;
        let mut vector = self.vector.to_vec();
        if vector.is_empty() {
            vector.resize(self.mode.vector_length(), 0);
            aws_lc_rs::rand::fill(&mut vector).map_err(broken)?;
        }
        let mut body = self.value.to_vec();
        match self.mode {
            Mode::Gcm => {
                let nonce = Nonce::try_assume_unique_for_key(&vector).map_err(broken)?;
                self.gcm()?.seal_in_place_append_tag(nonce, Aad::from(self.further), &mut body).map_err(broken)?;
            }
            Mode::Cbc => {
                let context = EncryptionContext::Iv128(FixedLength::try_from(vector.as_slice()).map_err(broken)?);
                let key = PaddedBlockEncryptingKey::cbc_pkcs7(self.block_key()?).map_err(broken)?;
                key.less_safe_encrypt(&mut body, context).map_err(broken)?;
            }
            Mode::Ecb => {
                let key = PaddedBlockEncryptingKey::ecb_pkcs7(self.block_key()?).map_err(broken)?;
                key.less_safe_encrypt(&mut body, EncryptionContext::None).map_err(broken)?;
            }
        }
        vector.extend_from_slice(&body);
        Ok(vector)
    }

    fn decrypt(&self) -> Result<Vec<u8>> {
        self.check()?;
        let (vector, body) = self.value.split_at_checked(self.mode.vector_length()).ok_or(()).map_err(broken)?;
        let mut body = body.to_vec();
        let length = match self.mode {
            Mode::Gcm => {
                let nonce = Nonce::try_assume_unique_for_key(vector).map_err(broken)?;
                self.gcm()?.open_in_place(nonce, Aad::from(self.further), &mut body).map_err(broken)?.len()
            }
            Mode::Cbc => {
                let context = DecryptionContext::Iv128(FixedLength::try_from(vector).map_err(broken)?);
                let key = PaddedBlockDecryptingKey::cbc_pkcs7(self.block_key()?).map_err(broken)?;
                key.decrypt(&mut body, context).map_err(broken)?.len()
            }
            Mode::Ecb => {
                let key = PaddedBlockDecryptingKey::ecb_pkcs7(self.block_key()?).map_err(broken)?;
                key.decrypt(&mut body, DecryptionContext::None).map_err(broken)?.len()
            }
        };
        body.truncate(length);
        Ok(body)
    }
}

fn each(arguments: &[ArrayRef], function: impl Fn(&Message<'_>) -> Result<Vec<u8>>, is_try: bool) -> Result<ArrayRef> {
    let [values, keys, vectors, further] = [0, 1, 4, 5].map(|at: usize| arguments[at].as_binary::<i32>());
    let (modes, paddings) = (texts(&arguments[2])?, texts(&arguments[3])?);
    let mut made = BinaryBuilder::with_capacity(values.len(), values.value_data().len() + 32 * values.len());
    for row in 0..values.len() {
        if arguments.iter().any(|argument| argument.is_null(row)) {
            made.append_null();
            continue;
        }
        let given = Mode::find(modes.value(row), paddings.value(row)).and_then(|mode| {
            let (value, key) = (values.value(row), keys.value(row));
            function(&Message { value, key, mode, vector: vectors.value(row), further: further.value(row) })
        });
        match given {
            Err(_) if is_try => made.append_null(),
            given => made.append_value(given?),
        }
    }
    Ok(Arc::new(made.finish()))
}

fn encrypt_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    each(arguments, |message| message.encrypt(), false)
}

fn decrypt_kernel(arguments: &[ArrayRef], is_try: bool) -> Result<ArrayRef> {
    each(arguments, |message| message.decrypt(), is_try)
}

fn hmac_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let (keys, values) = (arguments[0].as_binary::<i32>(), arguments[1].as_binary::<i32>());
    let algorithms = texts(&arguments[2])?;
    let mut made = BinaryBuilder::with_capacity(values.len(), values.len() * 32);
    for ((key, value), algorithm) in keys.iter().zip(values).zip(&algorithms) {
        let (Some(key), Some(value), Some(algorithm)) = (key, value, algorithm) else {
            made.append_null();
            continue;
        };
        if key.is_empty() {
            return Err(wrong_value("the key of `hmac` is empty"));
        }
        let algorithm = match algorithm.to_ascii_uppercase().as_str() {
            "SHA-1" => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            "SHA-224" => hmac::HMAC_SHA224,
            "SHA-256" => hmac::HMAC_SHA256,
            "SHA-384" => hmac::HMAC_SHA384,
            "SHA-512" => hmac::HMAC_SHA512,
            "MD5" => return Err(refused(Condition::LAKESMITH_NOT_BUILT, "`hmac` with MD5 is not built yet")),
            other => return Err(wrong_value(format!("`hmac` knows no algorithm `{other}`"))),
        };
        made.append_value(hmac::sign(&hmac::Key::new(algorithm, key), value).as_ref());
    }
    Ok(Arc::new(made.finish()))
}
