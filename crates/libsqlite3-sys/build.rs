//! Compiles the vendored SQLite. The options are those of libsqlite3-sys 0.38.2, then what this copy adds.

fn main() {
    println!("cargo:rerun-if-changed=vendor");
    println!("cargo:include={}/vendor", env!("CARGO_MANIFEST_DIR"));
    let mut build = cc::Build::new();
    build.file("vendor/sqlite3mc.c").warnings(false);
    for option in [
        "SQLITE_CORE",
        "SQLITE_DEFAULT_FOREIGN_KEYS=1",
        "SQLITE_ENABLE_API_ARMOR",
        "SQLITE_ENABLE_COLUMN_METADATA",
        "SQLITE_ENABLE_DBSTAT_VTAB",
        "SQLITE_ENABLE_FTS3",
        "SQLITE_ENABLE_FTS3_PARENTHESIS",
        "SQLITE_ENABLE_FTS5",
        "SQLITE_ENABLE_JSON1",
        "SQLITE_ENABLE_LOAD_EXTENSION=1",
        "SQLITE_ENABLE_MEMORY_MANAGEMENT",
        "SQLITE_ENABLE_RTREE",
        "SQLITE_ENABLE_STAT4",
        "SQLITE_SOUNDEX",
        "SQLITE_THREADSAFE=1",
        "SQLITE_USE_URI",
        "HAVE_USLEEP=1",
        "HAVE_ISNAN",
        "HAVE_LOCALTIME_R",
        "HAVE_STDINT_H=1",
        "_POSIX_THREAD_SAFE_FUNCTIONS",
        // Temporary tables and sorters never touch the disk, whatever a connection says: temporary files are not encrypted.
        "SQLITE_TEMP_STORE=3",
        // One cipher: ChaCha20-Poly1305.
        "CODEC_TYPE=CODEC_TYPE_CHACHA20",
        "HAVE_CIPHER_CHACHA20=1",
        "HAVE_CIPHER_AES_128_CBC=0",
        "HAVE_CIPHER_AES_256_CBC=0",
        "HAVE_CIPHER_SQLCIPHER=0",
        "HAVE_CIPHER_RC4=0",
        "HAVE_CIPHER_ASCON128=0",
        "HAVE_CIPHER_AEGIS=0",
    ] {
        build.flag(format!("-D{option}"));
    }
    build.compile("sqlite3");
}
