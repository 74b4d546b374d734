//! What can go wrong, in words for the person at the command line. No message holds a password, a path
//! of the program or a statement; what lies beneath is in `source()` for the log.

use std::fmt;

use super::verify::Finding;

/// Why the database could not do what was asked.
#[derive(thiserror::Error)]
pub enum StoreError {
    /// The address names no database.
    #[error("数据库地址应写作 sqlite:文件 或 postgres://…。Write the database as sqlite:FILE or postgres://….")]
    Url,
    /// A file has no replica.
    #[error("只有 PostgreSQL 可以有只读副本。Only PostgreSQL has replicas to read from.")]
    ReplicaOfFile,
    /// The schema was made by a newer program.
    #[error("数据库由更新版本的程序建立,请升级本程序。A newer version of this program made the database; upgrade it.")]
    NewerSchema,
    /// The file cannot be opened or written.
    #[error(
        "数据库文件无法打开或写入,请检查路径、权限和磁盘是否只读。The database file cannot be opened or written; check its path, its \
         permissions, and whether the disk is read-only."
    )]
    Unwritable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The file is no database of ours.
    #[error("该文件不是数据库。The file is no database.")]
    NotADatabase(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The file is a database of another program.
    #[error(
        "该文件是别的程序的数据库,未作任何更改;请换一个文件名。The file is a database of another program; nothing was changed. Name \
         another file."
    )]
    ForeignDatabase,
    /// Another import holds the writer's lock.
    #[error("另一个导入正在写数据库,请稍后再试。Another import is writing to the database; try again later.")]
    Busy(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The server cannot be reached or refuses the login.
    #[error("无法连接数据库服务器,或登录被拒。The database server cannot be reached or refuses the login.")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The disk is full.
    #[error(
        "磁盘空间不足,未写入任何内容;请腾出空间后重试。The disk is full; nothing was written. Make room and try again."
    )]
    Full(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The disk does not do what it is told.
    #[error("磁盘读写出错,请检查磁盘。The disk cannot be read or written; check it.")]
    Disk(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A stored row cannot be read back; `verify` says which.
    #[error("数据库中的数据已损坏,请运行 planatlas verify。Stored data is damaged; run planatlas verify.")]
    Damaged,
    /// Anything else.
    #[error("数据库出错,详见日志。The database failed; see the log.")]
    Other(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl fmt::Debug for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        std::error::Error::source(self).map_or(Ok(()), |source| write!(f, " ({source})"))
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::Full(error.into()),
            _ => Self::Unwritable(error.into()),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let kind = match &error {
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::ColumnIndexOutOfBounds { .. } | sqlx::Error::Decode(_) => {
                return Self::Damaged;
            }
            sqlx::Error::PoolTimedOut => Self::Busy as fn(_) -> _,
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) => Self::Unreachable,
            sqlx::Error::Database(database) => match database.code().as_deref() {
                // SQLite primary result codes; the extended ones keep them in the low byte.
                Some(code) if !database.message().is_empty() && code.len() < 5 => {
                    let code = code.parse::<i32>().unwrap_or_default();
                    match code & 0xff {
                        5 | 6 => Self::Busy as fn(_) -> _,
                        8 | 14 | 3 | 23 => Self::Unwritable,
                        13 => Self::Full,
                        // The file that connections share their locks by found no room.
                        10 if code == 4874 => Self::Full,
                        10 => Self::Disk,
                        26 => Self::NotADatabase,
                        11 => return Self::Damaged,
                        _ => Self::Other,
                    }
                }
                // PostgreSQL SQLSTATE: lock not available, login refused, no such database, disk full.
                Some("55P03" | "40P01") => Self::Busy,
                Some("28000" | "28P01" | "3D000" | "57P01" | "57P02" | "57P03" | "53300") => Self::Unreachable,
                Some("25006") => Self::Unwritable,
                Some("53100") => Self::Full,
                Some("58030") => Self::Disk,
                Some("XX001" | "XX002") => return Self::Damaged,
                _ => Self::Other,
            },
            _ => Self::Other,
        };
        kind(error.into())
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        match error {
            sqlx::migrate::MigrateError::VersionMissing(_) | sqlx::migrate::MigrateError::VersionMismatch(_) => {
                Self::NewerSchema
            }
            sqlx::migrate::MigrateError::Execute(error) => error.into(),
            other => Self::Other(other.into()),
        }
    }
}

/// Why there is no backup, or nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file stands where the backup should be.
    #[error("文件已存在,备份不覆盖。The file exists already; a backup overwrites nothing.")]
    Exists,
    /// There is no file to restore from.
    #[error("备份文件不存在。There is no such backup file.")]
    NoFile,
    /// There is nothing to copy.
    #[error("数据库中没有任何版本。The database holds no revision.")]
    Empty,
    /// The place to restore into holds something.
    #[error("目标数据库不是空的,只能恢复到空库。The target is not empty; restore into an empty database.")]
    Occupied,
    /// The rows are not those that were committed.
    #[error(
        "数据与摘要不符,未恢复。The data does not match its digests; nothing was restored.\n{}",
        lines(.0)
    )]
    Altered(Vec<Finding>),
    /// A database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a change made no revision. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Rows whose key another package holds.
    #[error("{}", lines(.0))]
    HeldElsewhere(Vec<Held>),
    /// Live rows that would point to nothing.
    #[error("{}", lines(.0))]
    Dangling(Vec<Dangling>),
    /// A key that stands twice in the packages given.
    #[error("{table} {key}: 同一键出现两次。The key stands twice.")]
    Duplicate {
        /// Table of the rows.
        table: &'static str,
        /// Their key.
        key: String,
    },
    /// A cell that storage cannot keep exactly.
    #[error("{table} {key}: {column} 无法精确保存。It cannot be kept exactly.")]
    Unfit {
        /// Table of the row.
        table: &'static str,
        /// Its key.
        key: String,
        /// The field.
        column: String,
    },
    /// No package was given to an empty database.
    #[error("没有数据包。No package was given.")]
    Nothing,
    /// Another revision came after the one that the change was worked out from.
    #[error("另一次导入抢先完成,请重试。Another import came first; try again.")]
    Overtaken,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for CommitError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// A key that a package may not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Table of the row.
    pub table: &'static str,
    /// Its key.
    pub key: String,
    /// The package that holds it.
    pub package: String,
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, key, package } = self;
        write!(f, "{table} {key}: 该键由数据包 {package} 持有。Package {package} holds this key.")
    }
}

/// A row that would point to something that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dangling {
    /// Table of the row.
    pub table: &'static str,
    /// Its key.
    pub key: String,
    /// The package that holds it.
    pub package: String,
    /// Table of what it points to.
    pub target_table: String,
    /// Key of what it points to.
    pub target: String,
}

impl fmt::Display for Dangling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, key, package, target_table, target } = self;
        write!(
            f,
            "{table} {key} ({package}): 所指的 {target_table} {target} 不存在。It points to {target_table} {target}, \
             which would not be there."
        )
    }
}

fn lines<T: fmt::Display>(items: &[T]) -> String {
    items.iter().map(T::to_string).collect::<Vec<_>>().join("\n")
}
