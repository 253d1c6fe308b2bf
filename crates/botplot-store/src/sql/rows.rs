//! Whole tables as rows of cells, for copies from one database to the other.

use futures_util::stream::{BoxStream, StreamExt as _};
use sqlx::{AssertSqlSafe, QueryBuilder, Row as _};

use super::{Conn, Db, Row};
use crate::Error;
use crate::copy::{Cell, Kind, Table};

/// Every row of a table, in the order of its columns.
pub(crate) fn rows<'a>(c: &'a mut Conn, table: &'a Table) -> BoxStream<'a, Result<Vec<Cell>, Error>> {
    let select = AssertSqlSafe(format!("SELECT {} FROM {}", table.columns(), table.name));
    sqlx::query(select).fetch(c).map(|row| read(&row?, table)).boxed()
}

pub(crate) async fn insert_rows(c: &mut Conn, table: &Table, rows: &[Vec<Cell>]) -> Result<(), Error> {
    let mut insert = QueryBuilder::<Db>::new(format!("INSERT INTO {} ({}) ", table.name, table.columns()));
    insert.push_values(rows, |mut row, cells| {
        for cell in cells {
            match cell.clone() {
                Cell::Uuid(v) => row.push_bind(v),
                Cell::Text(v) => row.push_bind(v),
                Cell::Json(v) => row.push_bind(v),
                Cell::Int(v) => row.push_bind(v),
                Cell::Bool(v) => row.push_bind(v),
                Cell::Real(v) => row.push_bind(v),
                Cell::Bytes(v) => row.push_bind(v),
            };
        }
    });
    insert.build().persistent(false).execute(c).await?;
    Ok(())
}

fn read(row: &Row, table: &Table) -> Result<Vec<Cell>, Error> {
    let cell = |(n, kind): (usize, &Kind)| -> Result<Cell, Error> {
        Ok(match kind {
            Kind::Uuid => Cell::Uuid(row.try_get(n)?),
            Kind::Text => Cell::Text(row.try_get(n)?),
            Kind::Json => Cell::Json(row.try_get(n)?),
            Kind::Int => Cell::Int(row.try_get(n)?),
            Kind::Bool => Cell::Bool(row.try_get(n)?),
            Kind::Real => Cell::Real(row.try_get(n)?),
            Kind::Bytes => Cell::Bytes(row.try_get(n)?),
        })
    };
    table.kinds.iter().enumerate().map(cell).collect()
}
