//! What an aggregate keeps of its rows: something that merges, and travels as bytes.

use std::fmt::Debug;

use datafusion::common::{Result, exec_err};
use hashbrown::HashMap;

/// The state of an aggregate. Merging the states of any split of the rows must give what one pass
/// over all of them gives.
pub(crate) trait State: Debug + Default + Send + Sync + 'static {
    /// Called before the state is written for the last time: a chance to make it smaller.
    fn seal(&mut self) {}
    /// Writes the state.
    fn write(&self, bytes: &mut Vec<u8>);
    /// Adds what another state wrote.
    fn merge(&mut self, bytes: &mut Reader<'_>) -> Result<()>;
    /// Bytes on the heap, about.
    fn heap_bytes(&self) -> usize;
}

/// Reads what a state wrote.
#[derive(Debug)]
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N]> {
        match self.0.split_first_chunk::<N>() {
            Some((head, tail)) => {
                self.0 = tail;
                Ok(*head)
            }
            None => exec_err!("a state of an aggregate ends early"),
        }
    }

    /// A byte.
    pub(crate) fn byte(&mut self) -> Result<u8> {
        let [byte] = self.take()?;
        Ok(byte)
    }

    /// An `f64`.
    pub(crate) fn number(&mut self) -> Result<f64> {
        Ok(f64::from_bits(u64::from_le_bytes(self.take()?)))
    }

    /// A `u64`.
    pub(crate) fn integer(&mut self) -> Result<u64> {
        Ok(u64::from_le_bytes(self.take()?))
    }

    /// A count of things that follow.
    pub(crate) fn length(&mut self) -> Result<usize> {
        match usize::try_from(self.integer()?) {
            Ok(length) if length <= self.0.len() => Ok(length),
            _ => exec_err!("a state of an aggregate ends early"),
        }
    }

    /// A count, as [`write_count`] wrote it.
    pub(crate) fn count(&mut self) -> Result<u64> {
        let (mut count, mut shift) = (0, 0);
        loop {
            let [byte] = self.take()?;
            if shift >= u64::BITS {
                return exec_err!("a state of an aggregate holds a count that is too large");
            }
            count |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(count);
            }
            shift += 7;
        }
    }

    /// A text.
    pub(crate) fn text(&mut self) -> Result<&'a str> {
        let length = self.length()?;
        let (head, tail) = self.0.split_at(length);
        self.0 = tail;
        match std::str::from_utf8(head) {
            Ok(text) => Ok(text),
            Err(error) => exec_err!("a state of an aggregate: {error}"),
        }
    }
}

/// Writes an `f64`.
pub(crate) fn write_number(bytes: &mut Vec<u8>, number: f64) {
    bytes.extend_from_slice(&number.to_bits().to_le_bytes());
}

/// Writes a `u64`.
pub(crate) fn write_integer(bytes: &mut Vec<u8>, integer: u64) {
    bytes.extend_from_slice(&integer.to_le_bytes());
}

/// Writes a count that is mostly small: seven bits a byte, the lowest first.
pub(crate) fn write_count(bytes: &mut Vec<u8>, mut count: u64) {
    while count >= 0x80 {
        bytes.push(0x80 | (count & 0x7f) as u8);
        count >>= 7;
    }
    bytes.push((count & 0x7f) as u8);
}

/// Writes a text.
pub(crate) fn write_text(bytes: &mut Vec<u8>, text: &str) {
    write_integer(bytes, text.len() as u64);
    bytes.extend_from_slice(text.as_bytes());
}

/// NULL among collected numbers: a NaN that no arithmetic makes.
const NULL: u64 = 0x7ff8_0000_006b_6f68;

/// A number or NULL, in eight bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Packed(f64);

impl Packed {
    fn of(number: Option<f64>) -> Self {
        Self(number.unwrap_or(f64::from_bits(NULL)))
    }

    /// The number.
    pub(crate) fn get(self) -> Option<f64> {
        (self.0.to_bits() != NULL).then_some(self.0)
    }
}

/// All rows, for measures that must sort them. The order of rows is not kept on purpose to mean
/// anything: measures sort.
#[derive(Debug, Default)]
pub(crate) struct Rows<const N: usize>(Vec<[Packed; N]>)
where
    [Packed; N]: Debug;

impl<const N: usize> Rows<N> {
    /// Adds a row.
    #[inline]
    pub(crate) fn push(&mut self, row: [Option<f64>; N]) {
        self.0.push(row.map(Packed::of));
    }

    /// The rows.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = [Option<f64>; N]> + '_ {
        self.0.iter().map(|row| row.map(Packed::get))
    }
}

impl<const N: usize> State for Rows<N> {
    fn write(&self, bytes: &mut Vec<u8>) {
        write_integer(bytes, self.0.len() as u64);
        bytes.reserve(self.0.len() * N * 8);
        for number in self.0.iter().flatten() {
            write_number(bytes, number.0);
        }
    }

    fn merge(&mut self, bytes: &mut Reader<'_>) -> Result<()> {
        let length = bytes.length()?;
        self.0.reserve(length);
        for _ in 0..length {
            let mut row = [Packed(0.0); N];
            for number in &mut row {
                *number = Packed(bytes.number()?);
            }
            self.0.push(row);
        }
        Ok(())
    }

    fn heap_bytes(&self) -> usize {
        self.0.capacity() * N * 8
    }
}

/// A state per key: strata, groups, areas. NULL is a key of its own.
#[derive(Debug)]
pub(crate) struct Keyed<T> {
    keys: HashMap<String, T>,
    null: Option<T>,
}

impl<T> Default for Keyed<T> {
    fn default() -> Self {
        Self {
            keys: HashMap::new(),
            null: None,
        }
    }
}

impl<T: State> Keyed<T> {
    /// The state of a key, made if it is new.
    #[inline]
    pub(crate) fn entry(&mut self, key: Option<&str>) -> &mut T {
        let Some(key) = key else {
            return self.null.get_or_insert_with(T::default);
        };
        // By reference, since `entry` would copy the key of every row.
        self.keys.entry_ref(key).or_default()
    }

    /// The keys in the order of their text, NULL first.
    pub(crate) fn sorted(&self) -> Vec<(Option<&str>, &T)> {
        let mut all: Vec<(Option<&str>, &T)> = self
            .keys
            .iter()
            .map(|(key, state)| (Some(key.as_str()), state))
            .collect();
        all.extend(self.null.iter().map(|state| (None, state)));
        all.sort_by_key(|(key, _)| *key);
        all
    }

    /// How many keys there are, NULL included.
    pub(crate) fn len(&self) -> usize {
        self.keys.len() + usize::from(self.null.is_some())
    }
}

impl<T: State> State for Keyed<T> {
    fn seal(&mut self) {
        self.keys
            .values_mut()
            .chain(&mut self.null)
            .for_each(T::seal);
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        write_integer(bytes, u64::from(self.null.is_some()));
        if let Some(state) = &self.null {
            state.write(bytes);
        }
        write_integer(bytes, self.keys.len() as u64);
        for (key, state) in self.sorted() {
            if let Some(key) = key {
                write_text(bytes, key);
                state.write(bytes);
            }
        }
    }

    fn merge(&mut self, bytes: &mut Reader<'_>) -> Result<()> {
        if bytes.integer()? != 0 {
            self.entry(None).merge(bytes)?;
        }
        for _ in 0..bytes.length()? {
            let key = bytes.text()?;
            self.entry(Some(key)).merge(bytes)?;
        }
        Ok(())
    }

    fn heap_bytes(&self) -> usize {
        let per_key = size_of::<(String, T)>() + 8;
        let keys = self.keys.iter();
        keys.map(|(key, state)| key.len() + state.heap_bytes())
            .sum::<usize>()
            + self.keys.capacity() * per_key
            + self.null.as_ref().map_or(0, State::heap_bytes)
    }
}
