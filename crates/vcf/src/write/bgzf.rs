//! Compresses into BGZF blocks on several threads.

use std::io::{self, Write};
use std::thread;

use libdeflater::{CompressionLvl, Compressor};

use crate::bgzf::EOF_MARKER;

/// Writes BGZF. Call [`BgzfWriter::finish`]; a dropped writer leaves a file without end marker.
pub struct BgzfWriter<W: Write> {
    writer: W,
    text: Vec<u8>,
    workers: Vec<Worker>,
}

struct Worker {
    compressor: Compressor,
    stored: Vec<u8>,
}

/// Text bytes per block: htslib's, so that even what can't be compressed stays below 64 KiB.
const BLOCK: usize = 0xff00;
/// Blocks that a worker compresses between two writes.
const BLOCKS_PER_WORKER: usize = 32;

impl<W: Write> BgzfWriter<W> {
    /// Compresses at level 6, as bgzip does.
    pub fn new(writer: W, threads: usize) -> Self {
        let workers = (0..threads.max(1))
            .map(|_| Worker {
                compressor: Compressor::new(CompressionLvl::default()),
                stored: Vec::new(),
            })
            .collect();
        BgzfWriter {
            writer,
            text: Vec::new(),
            workers,
        }
    }

    /// Writes what is left and the end marker.
    ///
    /// # Errors
    /// The writer's.
    pub fn finish(mut self) -> io::Result<W> {
        self.compress()?;
        self.writer.write_all(&EOF_MARKER)?;
        Ok(self.writer)
    }

    fn capacity(&self) -> usize {
        self.workers.len() * BLOCKS_PER_WORKER * BLOCK
    }

    fn compress(&mut self) -> io::Result<()> {
        let shares = self.text.chunks(BLOCKS_PER_WORKER * BLOCK);
        let jobs = self.workers.iter_mut().zip(shares);
        thread::scope(|scope| {
            let running: Vec<_> = jobs
                .map(|(worker, share)| scope.spawn(move || worker.share(share)))
                .collect();
            running.into_iter().try_for_each(|job| {
                job.join()
                    .unwrap_or_else(|_| Err(io::Error::other("a compressing thread failed")))
            })
        })?;
        for worker in &mut self.workers {
            self.writer.write_all(&worker.stored)?;
            worker.stored.clear();
        }
        self.text.clear();
        Ok(())
    }
}

impl Worker {
    fn share(&mut self, text: &[u8]) -> io::Result<()> {
        for block in text.chunks(BLOCK) {
            self.block(block)?;
        }
        Ok(())
    }

    fn block(&mut self, text: &[u8]) -> io::Result<()> {
        const HEADER: usize = 18;
        const FOOTER: usize = 8;
        let start = self.stored.len();
        let most = self.compressor.deflate_compress_bound(text.len());
        self.stored.extend_from_slice(&EOF_MARKER[..HEADER]);
        self.stored.resize(start + HEADER + most, 0);
        let body = &mut self.stored[start + HEADER..];
        let n = self
            .compressor
            .deflate_compress(text, body)
            .map_err(io::Error::other)?;
        self.stored.truncate(start + HEADER + n);
        let size = HEADER + n + FOOTER;
        let size = u16::try_from(size - 1).map_err(io::Error::other)?;
        self.stored[start + 16..start + 18].copy_from_slice(&size.to_le_bytes());
        self.stored
            .extend_from_slice(&libdeflater::crc32(text).to_le_bytes());
        let length = u32::try_from(text.len()).map_err(io::Error::other)?;
        self.stored.extend_from_slice(&length.to_le_bytes());
        Ok(())
    }
}

impl<W: Write> Write for BgzfWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.capacity() - self.text.len();
        let n = bytes.len().min(room);
        self.text.extend_from_slice(&bytes[..n]);
        if self.text.len() == self.capacity() {
            self.compress()?;
        }
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.compress()?;
        self.writer.flush()
    }
}

impl<W: Write> std::fmt::Debug for BgzfWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BgzfWriter")
            .field("threads", &self.workers.len())
            .finish_non_exhaustive()
    }
}
