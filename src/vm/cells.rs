//! Variables that several functions share.
//!
//! A closure that changes a variable of the function around it holds a cell: a place in this table. Closures in cells make
//! circles, so cells are not counted but swept: those that nobody can reach any more are found when memory runs short.

use crate::diagnostic::Code;
use crate::value::{Fault, Meter, Value};
use serde::{Deserialize, Serialize};

/// What a cell takes in memory.
const SIZE: u64 = 24;

/// All cells of a run.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Cells {
    values: Vec<Value>,
    owners: Vec<u32>,
    free: Vec<u32>,
}

impl Cells {
    /// A new cell with a value, which belongs to a task.
    pub(super) fn make(&mut self, value: Value, owner: u32, meter: &mut Meter) -> Result<u32, Fault> {
        if let Some(cell) = self.free.pop() {
            self.values[cell as usize] = value;
            self.owners[cell as usize] = owner;
            return Ok(cell);
        }
        meter.memory(SIZE)?;
        self.values.push(value);
        self.owners.push(owner);
        Ok(self.values.len() as u32 - 1)
    }

    /// What is in a cell.
    #[inline]
    pub(super) fn get(&self, cell: &Value) -> &Value {
        &self.values[place(cell)]
    }

    /// Puts a value into a cell; only tasks of its owner may.
    #[inline]
    pub(super) fn set(&mut self, cell: &Value, value: Value, owner: u32) -> Result<(), Fault> {
        self.admit(place(cell), owner)?;
        self.values[place(cell)] = value;
        Ok(())
    }

    /// What is in a cell, to be changed where it is, if this task may.
    #[inline]
    pub(super) fn own(&mut self, cell: &Value, owner: u32) -> Option<&mut Value> {
        let place = place(cell);
        if self.owners[place] == owner { Some(&mut self.values[place]) } else { None }
    }

    /// Takes what is in a cell, to be changed and put back; only tasks of its owner may.
    pub(super) fn take(&mut self, cell: &Value, owner: u32) -> Result<Value, Fault> {
        self.admit(place(cell), owner)?;
        Ok(std::mem::take(&mut self.values[place(cell)]))
    }

    /// Puts back what was taken.
    pub(super) fn put(&mut self, cell: &Value, value: Value) {
        self.values[place(cell)] = value;
    }

    /// The bytes of the table itself.
    pub(super) fn bytes(&self) -> u64 {
        self.values.len() as u64 * SIZE
    }

    /// What is in each cell that can be reached from some values, through functions and other cells; the others become free.
    pub(super) fn sweep<'a>(&mut self, roots: impl Iterator<Item = &'a Value>) {
        let mut reached = vec![false; self.values.len()];
        let mut work: Vec<u32> = Vec::new();
        roots.for_each(|root| cells_in(root, &mut work));
        while let Some(cell) = work.pop() {
            if !std::mem::replace(&mut reached[cell as usize], true) {
                cells_in(&self.values[cell as usize], &mut work);
            }
        }
        self.free.clear();
        for (cell, reached) in reached.into_iter().enumerate() {
            if !reached {
                self.values[cell] = Value::NULL;
                self.free.push(cell as u32);
            }
        }
    }

    /// What is in the cells.
    pub(super) fn values(&self) -> &[Value] {
        &self.values
    }

    fn admit(&self, place: usize, owner: u32) -> Result<(), Fault> {
        if self.owners[place] == owner { Ok(()) } else { Err(foreign(None)) }
    }
}

/// The fault of writing a variable of another task.
#[cold]
pub(super) fn foreign(name: Option<&str>) -> Fault {
    let what = name.map_or_else(|| "a variable".to_owned(), |name| format!("`{name}`"));
    Fault::new(Code::R045, format!("{what} belongs to the task that made it; give the task's result back instead"))
}

#[inline]
fn place(cell: &Value) -> usize {
    cell.as_cell().unwrap_or_default() as usize
}

fn cells_in(value: &Value, cells: &mut Vec<u32>) {
    use crate::value::View;
    if value.as_range().is_some() {
        return;
    }
    match value.view() {
        View::Cell(cell) if cell != super::EMPTY => cells.push(cell),
        View::Closure(closure) => closure.captures.iter().for_each(|captured| cells_in(captured, cells)),
        View::List(list) => list.iter().for_each(|item| cells_in(item, cells)),
        View::Object(object) => object.values().for_each(|item| cells_in(item, cells)),
        View::Error(error) => cells_in(&error.data, cells),
        _ => {}
    }
}
