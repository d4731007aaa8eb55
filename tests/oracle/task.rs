//! Tasks as threads that pass one baton: only one runs at a time, and none goes on before all others wait.

use super::agent::Agents;
use super::call::{Budget, run_function};
use super::{eval::Thrown, value::*};
use prism::hir::{FunctionId, Program};
use prism::host::{Batch, Id, Kind, Memory, Path, Reply, Request, Timer};
use prism::value::Closure;
use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, MutexGuard};

/// A variable, empty before its `let` ran; only tasks of its owner write it.
pub struct Slot {
    pub owner: u32,
    pub value: Option<Value>,
}

/// What all tasks of a run see.
pub struct World {
    pub program: Arc<Program>,
    pub input: Value,
    pub slots: Mutex<Vec<Slot>>,
    pub globals: Mutex<Vec<u32>>,
    pub budgets: Mutex<Vec<Budget>>,
    pub board: Mutex<Board>,
    agents: Mutex<Agents>,
}

/// Who waits for what.
pub struct Board {
    memory: Memory,
    batch: Batch,
    ready: VecDeque<(u32, Wake)>,
    tasks: HashMap<u32, Sender<Wake>>,
    /// Which task waits for a request or timer.
    waiting: HashMap<Id, u32>,
    /// Who started which task.
    parents: HashMap<u32, u32>,
    next_task: u32,
    steps: u64,
    /// What the world was asked, in order, and what it was told.
    pub asked: Vec<Request>,
    pub said: Vec<Request>,
}

/// Why a task goes on.
pub enum Wake {
    Start,
    Reply(Id, Reply),
    /// A task that it waits for is done.
    Child(usize, Run),
    Cancel,
}

/// What the run comes to; nothing of a task that waits. The baton comes back.
type Signal = Option<Run>;

/// One task.
pub struct Task {
    pub world: Arc<World>,
    id: u32,
    path: Path,
    wake: Receiver<Wake>,
    baton: Sender<Signal>,
    pub now: Now,
}

/// What of a task changes as it goes on.
#[derive(Default)]
pub struct Now {
    /// Whose variables it may write: its own, or those of the test whose mock answers.
    pub owner: u32,
    pub contexts: Vec<Arc<str>>,
    pub depth: u32,
    pub budget: usize,
    /// The calls within the outermost call of a function, by all tasks that were started in it.
    pub counted: HashMap<FunctionId, Arc<std::sync::atomic::AtomicU64>>,
    /// What was caught, so that it goes on unchanged when it is thrown again.
    pub caught: Vec<(Value, Thrown)>,
    count: u32,
    forks: u32,
    pub cancelled: bool,
    /// What ended the run, if this task did.
    fatal: Option<Box<Thrown>>,
    /// Until when it may wait as it tidies up.
    patience: Option<f64>,
}

/// The tasks of one form, by their places: which, whether it is open, and what says that it has tidied up.
pub struct Children {
    fork: u32,
    list: Vec<(u32, bool, Receiver<()>)>,
}

const STACK: usize = 512 << 20;

/// Runs the modules of a program, then its entry with these arguments, to the end.
pub fn run(world: &Arc<World>, entry: Option<(FunctionId, Vec<Value>)>) -> Run {
    let (baton, signals) = channel();
    let done = baton.clone();
    let body = move |task: &mut Task| {
        let program = task.world.program.clone();
        let plain = |code: FunctionId| Closure { code: code.0, identity: 0, captures: Box::default() };
        let mut last = Value::NULL;
        for module in &program.modules {
            last = run_function(task, &program, &plain(module.body), Vec::new(), Default::default())?;
        }
        match entry {
            Some((id, arguments)) => run_function(task, &program, &plain(id), arguments, Default::default()),
            None => Ok(last),
        }
    };
    let finish = move |_: &Task, result| drop(done.send(Some(result)));
    spawn(Task::new(world.clone(), 0, Path::root(), baton), body, finish);
    world.board().ready.push_back((0, Wake::Start));
    let wake = |id: u32, wake: Wake| {
        let sender = world.board().tasks.get(&id).cloned();
        sender.expect("a task that is woken").send(wake).expect("a task that waits");
    };
    loop {
        let (id, next) = world.board().next().expect("a task that waits is woken by something");
        wake(id, next);
        if let Some(result) = signals.recv().expect("a task with the baton") {
            // Another task ended it.
            if world.board().tasks.contains_key(&0) {
                wake(0, Wake::Cancel);
                signals.recv().expect("the first task, which is cancelled");
            }
            return result;
        }
    }
}

impl Board {
    pub fn new(memory: Memory) -> Board {
        let (batch, ready, tasks, waiting, parents, asked, said) = Default::default();
        Board { memory, batch, ready, tasks, waiting, parents, next_task: 1, steps: 0, asked, said }
    }

    /// A task that can go on; when there is none, the batch is handed over.
    fn next(&mut self) -> Option<(u32, Wake)> {
        self.ready.pop_front().or_else(|| {
            self.submit();
            self.event().map(|(id, task, reply)| (task, Wake::Reply(id, reply)))
        })
    }

    /// Hands the batch over, requests in the order of their ids.
    fn submit(&mut self) {
        let mut batch = std::mem::take(&mut self.batch);
        batch.requests.sort_by(|a, b| a.id.cmp(&b.id));
        batch.timers.sort_by(|a, b| a.id.cmp(&b.id));
        self.asked.extend(batch.requests.iter().cloned());
        self.memory.submit(batch);
    }

    /// What happens next, and to whom.
    fn event(&mut self) -> Option<(Id, u32, Reply)> {
        loop {
            let (id, reply) = self.memory.next_event()?;
            if let Some(task) = self.waiting.remove(&id) {
                return Some((id, task, reply));
            }
        }
    }
}

/// A thread for a task, which waits until it is woken.
fn spawn(
    (mut task, sender): (Task, Sender<Wake>),
    body: impl FnOnce(&mut Task) -> Run + Send + 'static,
    finish: impl FnOnce(&Task, Run) + Send + 'static,
) {
    let id = task.id;
    task.world.board().tasks.insert(id, sender);
    let work = move || {
        let result = match task.wake.recv() {
            Ok(Wake::Start) => {
                let result = catch_unwind(AssertUnwindSafe(|| body(&mut task)));
                task.ended(result.unwrap_or(Err(Flow::Unknown("panic"))))
            }
            _ => {
                task.now.cancelled = true;
                Err(Flow::Cancelled)
            }
        };
        task.world.board().tasks.remove(&id);
        if let Some(thrown) = task.now.fatal.take() {
            let _ = task.baton.send(Some(Err(Flow::Throw(thrown))));
        }
        finish(&task, result);
    };
    std::thread::Builder::new().stack_size(STACK).spawn(work).expect("a thread");
}

impl World {
    pub fn new(program: Arc<Program>, input: Value, memory: Memory, agents: Agents) -> World {
        let slots = program.globals.iter().map(|_| Slot { owner: 0, value: Some(Value::NULL) }).collect();
        let globals = Mutex::new((0..program.globals.len() as u32).collect());
        let (agents, board) = (Mutex::new(agents), Mutex::new(Board::new(memory)));
        let (slots, budgets) = (Mutex::new(slots), Mutex::new(vec![Budget::whole()]));
        World { program, input, slots, globals, budgets, board, agents }
    }

    pub fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap()
    }

    pub fn agents(&self) -> MutexGuard<'_, Agents> {
        self.agents.lock().unwrap()
    }
}

impl Task {
    fn new(world: Arc<World>, id: u32, path: Path, baton: Sender<Signal>) -> (Task, Sender<Wake>) {
        let (sender, wake) = channel();
        (Task { world, id, path, wake, baton, now: Now { owner: id, ..Now::default() } }, sender)
    }

    /// A new variable.
    pub fn slot(&self, value: Option<Value>) -> u32 {
        let mut slots = self.world.slots.lock().unwrap();
        slots.push(Slot { owner: self.now.owner, value });
        slots.len() as u32 - 1
    }

    /// Counts what is done, so that what grows without end stops; such programs are not compared.
    pub fn tick(&self, steps: u64) -> Run<()> {
        let mut board = self.world.board();
        board.steps += steps;
        if board.steps > 1_000_000 { Err(Flow::Unknown("what takes so long")) } else { Ok(()) }
    }

    fn next_id(&mut self) -> Id {
        self.now.count += 1;
        Id { task: self.path.clone(), count: self.now.count - 1 }
    }

    /// Hands the baton back until someone wakes this task.
    fn wait(&mut self) -> Run<Wake> {
        self.baton.send(None).map_err(|_| Flow::Cancelled)?;
        match self.wake.recv() {
            Ok(Wake::Cancel) | Err(_) => {
                self.now.cancelled = true;
                Err(Flow::Cancelled)
            }
            Ok(wake) => Ok(wake),
        }
    }

    /// Waits for the reply to a request or timer.
    fn reply(&mut self, id: &Id) -> Run<Reply> {
        if self.now.cancelled {
            return self.patient_reply(id);
        }
        let woken = self.wait();
        if woken.is_err() {
            self.forget(id);
        }
        let Wake::Reply(_, reply) = woken? else { unreachable!("a task that waits for a reply gets one") };
        Ok(reply)
    }

    /// The same for one that tidies up: nothing else goes on, and it has five seconds for all that it waits for.
    fn patient_reply(&mut self, wanted: &Id) -> Run<Reply> {
        let world = self.world.clone();
        let mut board = world.board();
        board.submit();
        let last = *self.now.patience.get_or_insert(board.memory.elapsed() + 5_000.0);
        while board.memory.next_time().is_some_and(|next| next <= last) {
            match board.event().expect("something happens") {
                (id, _, reply) if id == *wanted => return Ok(reply),
                (id, task, reply) => board.ready.push_back((task, Wake::Reply(id, reply))),
            }
        }
        board.memory.pass(last);
        drop(board);
        self.forget(wanted);
        Err(Flow::Cancelled)
    }

    /// What cannot be caught ends the run: nobody waits any more, and all tasks are cancelled, this one first.
    pub fn ended(&mut self, result: Run) -> Run {
        match result {
            Err(Flow::Throw(thrown)) if is_final(&thrown) => {
                if !self.now.cancelled {
                    self.forget_all(&[0]);
                    (self.now.cancelled, self.now.fatal) = (true, Some(thrown));
                }
                Err(Flow::Cancelled)
            }
            other => other,
        }
    }

    fn request_of(&mut self, kind: Kind) -> Request {
        Request { id: self.next_id(), kind, context: self.now.contexts.clone() }
    }

    /// Asks the world and waits for its reply.
    pub fn ask(&mut self, kind: Kind) -> Run<Reply> {
        let request = self.request_of(kind);
        let id = request.id.clone();
        self.world.board().waiting.insert(id.clone(), self.id);
        self.world.board().batch.requests.push(request);
        self.reply(&id)
    }

    /// Tells the world, which does not reply.
    pub fn say(&mut self, kind: Kind) {
        let request = self.request_of(kind);
        self.world.board().said.push(request);
    }

    /// Nobody waits for this any more.
    fn forget(&mut self, id: &Id) {
        let mut board = self.world.board();
        if board.waiting.remove(id).is_none() {
            board.ready.retain(|(_, wake)| !matches!(wake, Wake::Reply(known, _) if known == id));
            return;
        }
        let before = board.batch.requests.len() + board.batch.timers.len();
        board.batch.requests.retain(|request| request.id != *id);
        board.batch.timers.retain(|timer| timer.id != *id);
        if board.batch.requests.len() + board.batch.timers.len() == before {
            board.batch.cancellations.push(id.clone());
        }
    }

    /// The same of all that these tasks and those within them wait for.
    fn forget_all(&mut self, tasks: &[u32]) {
        let board = self.world.board();
        let parent = |task: &u32| board.parents.get(task).copied();
        let within = |task: u32| std::iter::successors(Some(task), parent).any(|task| tasks.contains(&task));
        let waits: Vec<Id> = board.waiting.iter().filter(|it| within(*it.1)).map(|it| it.0.clone()).collect();
        drop(board);
        waits.iter().for_each(|id| self.forget(id));
    }

    /// Lets time go by.
    pub fn sleep(&mut self, after: f64) -> Run<()> {
        let id = self.timer(after);
        self.reply(&id).map(drop)
    }

    /// A moment that wakes this task, unless it has left by then.
    pub fn timer(&mut self, after: f64) -> Id {
        let id = self.next_id();
        let mut board = self.world.board();
        board.waiting.insert(id.clone(), self.id);
        board.batch.timers.push(Timer { id: id.clone(), after });
        id
    }

    pub fn fork(&mut self) -> Children {
        self.now.forks += 1;
        Children { fork: self.now.forks - 1, list: Vec::new() }
    }

    /// Starts a task: it runs when this one waits, and this one goes on as soon as it is done.
    pub fn start(&mut self, children: &mut Children, body: impl FnOnce(&mut Task) -> Run + Send + 'static) {
        let place = children.list.len();
        let path = self.path.child(children.fork, place as u32);
        let id = self.world.board().next_task;
        self.world.board().next_task += 1;
        self.world.board().parents.insert(id, self.id);
        let (ended, end) = channel();
        let parent = self.id;
        let finish = move |task: &Task, result| {
            if task.now.cancelled {
                let _ = ended.send(());
                return;
            }
            // What came for it before comes first.
            let mut board = task.world.board();
            board.ready.push_front((parent, Wake::Child(place, result)));
            let turn = |(id, wake): &(u32, Wake)| (*id != parent, *id == parent && matches!(wake, Wake::Child(..)));
            board.ready.make_contiguous().sort_by_key(turn);
            drop(board);
            drop(task.baton.send(None));
        };
        let (mut task, sender) = Task::new(self.world.clone(), id, path, self.baton.clone());
        (task.now.contexts, task.now.counted) = (self.now.contexts.clone(), self.now.counted.clone());
        (task.now.depth, task.now.budget) = (self.now.depth, self.now.budget);
        spawn((task, sender), body, finish);
        self.world.board().ready.push_back((id, Wake::Start));
        children.list.push((id, true, end));
    }

    /// The next task that is done, with its place; nothing when the time was up first.
    pub fn next_done(&mut self, children: &mut Children) -> Run<Option<(usize, Run)>> {
        let Wake::Child(place, result) = self.wait()? else { return Ok(None) };
        children.list[place].1 = false;
        Ok(Some((place, result)))
    }

    /// Ends what is unfinished, in order of writing, and drops what it waits for.
    pub fn leave(&mut self, children: &mut Children, deadline: Option<&Id>) {
        deadline.into_iter().for_each(|id| self.forget(id));
        // Nobody asks or waits any more before the first tidies up.
        let open: Vec<u32> = children.list.iter().filter(|child| child.1).map(|child| child.0).collect();
        // What some came to meanwhile nobody wants.
        self.world.board().ready.retain(|(to, wake)| *to != self.id || !matches!(wake, Wake::Child(..)));
        self.forget_all(&open);
        for (id, _, end) in children.list.iter().filter(|child| child.1) {
            self.world.board().ready.retain(|(ready, _)| ready != id);
            let sender = self.world.board().tasks.get(id).cloned();
            if let Some(sender) = sender {
                sender.send(Wake::Cancel).expect("a task that waits");
                end.recv().expect("a task that ends");
            }
        }
    }
}

/// Whether an error cannot be caught.
pub fn is_final(thrown: &Thrown) -> bool {
    (Code::R090..=Code::R097).contains(&thrown.error.code)
}
