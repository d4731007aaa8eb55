//! Tasks as threads that pass one baton: only one runs at a time, and none goes on before all others wait.

use super::call::{Budget, run_function};
use super::{agent::Agents, eval::Thrown, event::Events, value::*};
use prism::hir::{FunctionId, Program};
use prism::host::{Batch, Id, Kind, Memory, Path, Reply, Request, Timer};
use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, mpsc::*};

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
    pub memory: Memory,
    batch: Batch,
    ready: VecDeque<(u32, Wake)>,
    pub tasks: HashMap<u32, Sender<Wake>>,
    /// Which task waits for a request or timer.
    waiting: HashMap<Id, u32>,
    /// Who started each task.
    parents: Vec<u32>,
    steps: u64,
    pub events: Events,
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

/// What a task comes to that is nobody's, or one that ends the run; nothing of one that waits. The baton comes back.
type Signal = Option<(u32, Run)>;

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

/// Runs the modules of a program, then its entry with these arguments, then what handles its events, to the end; with how that
/// failed.
pub fn run(world: &Arc<World>, entry: Option<(FunctionId, Vec<Value>)>) -> (Run, Option<Flow>) {
    let (baton, signals) = channel();
    let begin = |path: Path, calls: Vec<(FunctionId, Vec<Value>)>| {
        let (id, done, program) = (world.board().new_task(0), baton.clone(), world.program.clone());
        let body = move |task: &mut Task| {
            calls.into_iter().try_fold(Value::NULL, |_, (code, given)| {
                let closure = Closure { code: code.0, identity: 0, captures: Box::default() };
                run_function(task, &program, &closure, given, Default::default())
            })
        };
        let finish = move |_: &Task, result| drop(done.send(Some((id, result))));
        let mut task = Task::new(world.clone(), id, path, baton.clone());
        task.0.now.owner = 0;
        spawn(task, body, finish);
        world.board().ready.push_back((id, Wake::Start));
        id
    };
    let modules = world.program.modules.iter().map(|it| (it.body, Vec::new()));
    begin(Path::root(), modules.chain(entry).collect());
    let wake = |id: u32, wake: Wake| {
        let sender = world.board().tasks.get(&id).cloned();
        sender.expect("a task that is woken").send(wake).expect("a task that waits");
        signals.recv().expect("a task with the baton")
    };
    let (mut done, mut aside) = (None, 0);
    loop {
        let ready = world.board().ready.pop_front();
        let signal = match ready {
            Some((id, next)) => wake(id, next),
            None => {
                world.board().submit();
                let handler = world.board().handler(&world.program, done.is_some(), aside);
                let Ok(handler) = handler else { return (Err(Flow::Unknown("such a `max`")), None) };
                if let Some(handler) = handler {
                    let path = Path::root().child(u32::MAX - world.board().parents.len() as u32, 0);
                    aside = begin(path, vec![handler]);
                    continue;
                }
                let event = world.board().event();
                let Some((id, task, reply)) = event else {
                    return (Ok(done.expect("a task that waits is woken by something")), None);
                };
                wake(task, Wake::Reply(id, reply))
            }
        };
        match signal {
            Some((0, Ok(value))) => done = Some(value),
            None | Some((_, Ok(_))) => {}
            Some((_, failed)) => {
                // Another task ended it.
                for id in [0, aside] {
                    if world.board().tasks.contains_key(&id) {
                        wake(id, Wake::Cancel);
                    }
                }
                return if let Some(value) = done { (Ok(value), failed.err()) } else { (failed, None) };
            }
        }
    }
}

impl Board {
    /// The number of a task that another one starts.
    fn new_task(&mut self, parent: u32) -> u32 {
        let id = self.parents.len() as u32;
        self.parents.push(parent);
        id
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
        task.now.cancelled = !matches!(task.wake.recv(), Ok(Wake::Start));
        let mut result = Err(Flow::Cancelled);
        if !task.now.cancelled {
            let ran = catch_unwind(AssertUnwindSafe(|| body(&mut task)));
            result = task.ended(ran.unwrap_or(Err(Flow::Unknown("panic"))));
        }
        task.world.board().tasks.remove(&id);
        let fatal = task.now.fatal.take().map(Flow::Throw);
        finish(&task, fatal.map_or(result, Err));
    };
    std::thread::Builder::new().stack_size(STACK).spawn(work).expect("a thread");
}

impl World {
    pub fn new(program: Arc<Program>, entry: FunctionId, input: Value, memory: Memory, agents: Agents) -> World {
        let slots = Mutex::new(program.globals.iter().map(|_| Slot { owner: 0, value: Some(Value::NULL) }).collect());
        let globals = Mutex::new((0..program.globals.len() as u32).collect());
        let (batch, ready, tasks, waiting, parents, steps, events, asked, said) = Default::default();
        let board = Board { memory, batch, ready, tasks, waiting, parents, steps, events, asked, said };
        let budgets = Mutex::new(vec![Budget::whole(&program.functions[entry.0 as usize])]);
        World { program, input, slots, globals, budgets, board: Mutex::new(board), agents: Mutex::new(agents) }
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
        // What tidies up has few steps.
        board.steps += if self.now.cancelled { steps * 1_000 } else { steps };
        if board.steps > 1_000_000 { Err(Flow::Unknown("what takes so long")) } else { Ok(()) }
    }

    fn next_id(&mut self) -> Id {
        self.now.count += 1;
        Id { task: self.path.clone(), count: self.now.count - 1 }
    }

    /// Hands the baton back until someone wakes this task.
    fn wait(&mut self) -> Run<Wake> {
        self.baton.send(None).map_err(|_| Flow::Cancelled)?;
        let woken = self.wake.recv().unwrap_or(Wake::Cancel);
        self.now.cancelled |= matches!(woken, Wake::Cancel);
        if self.now.cancelled { Err(Flow::Cancelled) } else { Ok(woken) }
    }

    /// Waits for the reply to a request or timer.
    fn reply(&mut self, id: &Id) -> Run<Reply> {
        if self.now.cancelled {
            return self.patient_reply(id);
        }
        match self.wait().inspect_err(|_| self.forget(id))? {
            Wake::Reply(_, reply) => Ok(reply),
            _ => unreachable!("a task that waits for a reply gets one"),
        }
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
        let Batch { requests, timers, cancellations, .. } = &mut board.batch;
        let handed = requests.iter().all(|it| it.id != *id) && timers.iter().all(|it| it.id != *id);
        cancellations.extend(handed.then(|| id.clone()));
        requests.retain(|request| request.id != *id);
        timers.retain(|timer| timer.id != *id);
    }

    /// The same of all that these tasks and those within them wait for.
    fn forget_all(&mut self, tasks: &[u32]) {
        let board = self.world.board();
        let parent = |task: &u32| (*task > 0).then(|| board.parents[*task as usize]);
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
        let id = self.world.board().new_task(self.id);
        let (ended, end) = channel();
        let parent = self.id;
        let finish = move |task: &Task, result| {
            if task.now.cancelled {
                let fatal = matches!(result, Err(Flow::Throw(_)));
                drop((fatal.then(|| task.baton.send(Some((task.id, result)))), ended.send(())));
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
            let Some(sender) = self.world.board().tasks.get(id).cloned() else { continue };
            sender.send(Wake::Cancel).expect("a task that waits");
            end.recv().expect("a task that ends");
        }
    }
}

/// Whether an error cannot be caught.
pub fn is_final(thrown: &Thrown) -> bool {
    (Code::R090..=Code::R097).contains(&thrown.error.code)
}
