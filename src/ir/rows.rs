//! Many short lists in two allocations, which the next function uses again.

/// Lists of different lengths, one behind the other. They are either written one by one, or put together in any order and then
/// arranged.
#[derive(Clone, Debug)]
pub struct Rows<T> {
    /// Where each row begins, and where the last one ends.
    starts: Vec<u32>,
    items: Vec<T>,
    /// Items with the numbers of their rows, which are not arranged yet.
    loose: Vec<(u32, T)>,
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self { starts: vec![0], items: Vec::new(), loose: Vec::new() }
    }
}

impl<T: Copy> Rows<T> {
    /// Forgets all rows.
    pub fn clear(&mut self) {
        self.starts.truncate(1);
        self.items.clear();
    }

    /// Adds an item to the row behind the others, which is there once it is closed.
    #[inline]
    pub fn push(&mut self, item: T) {
        self.items.push(item);
    }

    /// Ends the row behind the others; the next one begins.
    #[inline]
    pub fn close(&mut self) {
        self.starts.push(self.items.len() as u32);
    }

    /// Puts an item at the end of the row with a number; it is there once all are arranged.
    #[inline]
    pub fn put(&mut self, row: u32, item: T) {
        self.loose.push((row, item));
    }

    /// Makes so many rows of what was put since they were arranged last. The items of a row stay in the order they came in.
    pub fn arrange(&mut self, count: usize) {
        self.starts.clear();
        self.starts.resize(count + 1, 0);
        if self.loose.is_empty() {
            return self.items.clear();
        }
        for &(row, _) in &self.loose {
            self.starts[row as usize] += 1;
        }
        let mut end = 0;
        for start in &mut self.starts {
            end += *start;
            *start = end;
        }
        self.items.clear();
        self.items.extend(self.loose.iter().map(|&(_, item)| item));
        // Each start still stands at the end of its row and moves down as the row is filled from behind.
        for &(row, item) in self.loose.iter().rev() {
            let start = &mut self.starts[row as usize];
            *start -= 1;
            self.items[*start as usize] = item;
        }
        self.loose.clear();
    }

    /// Whether there is nothing in any row.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// A row.
    #[inline]
    pub fn row(&self, row: usize) -> &[T] {
        &self.items[self.starts[row] as usize..self.starts[row + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_keep_their_order_within_their_row() {
        let mut rows = Rows::default();
        for _ in 0..2 {
            for (row, item) in [(2, 'a'), (0, 'b'), (2, 'c'), (3, 'd')] {
                rows.put(row, item);
            }
            rows.arrange(4);
            assert_eq!((0..4).map(|row| rows.row(row).iter().collect()).collect::<Vec<String>>(), ["b", "", "ac", "d"]);
        }
        rows.clear();
        rows.push('x');
        rows.push('y');
        rows.close();
        rows.close();
        assert_eq!((rows.row(0), rows.row(1)), (&['x', 'y'][..], &[][..]));
    }
}
