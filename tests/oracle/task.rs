//! Tasks as threads that pass one baton: only one runs at a time, and none goes on before all others wait.

use super::call::run_function;
use super::data::*;
use super::eval::{Flow, Run};
use prism::diagnostic::Code;
use prism::hir::{FunctionId, Program};
use prism::host::{Batch, Call, Id, Kind, Memory, Path, Purpose, Reply, Request, Stream, Timer};
use prism::source::{FileId, Span};
use prism::value::Lanes;
use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

/// What all tasks of a run see.
pub struct World {
    pub program: Arc<Program>,
    pub globals: Mutex<Vec<Shared>>,
    pub input: Val,
    pub agents: Mutex<Vec<Arc<Agent>>>,
    pub board: Mutex<Board>,
}

/// Who waits for what.
pub struct Board {
    memory: Memory,
    batch: Batch,
    ready: VecDeque<(u32, Wake)>,
    tasks: HashMap<u32, Sender<Wake>>,
    /// Which task waits for a request or timer.
    waiting: HashMap<Id, u32>,
    next_task: u32,
    steps: u64,
    /// What agents were asked, in order.
    pub asked: Vec<Request>,
    /// What was printed.
    pub output: Vec<String>,
}

/// Why a task goes on.
pub enum Wake {
    Start,
    Reply(Reply),
    /// A task that it waits for is done.
    Child(usize, Run),
    Cancel,
}

/// A finished task, or one that waits: the baton comes back.
enum Signal {
    Waits,
    Done(Run),
}

/// One task.
pub struct Task {
    pub world: Arc<World>,
    pub id: u32,
    pub path: Path,
    pub contexts: Vec<Arc<str>>,
    pub depth: u32,
    count: u32,
    forks: u32,
    wake: Receiver<Wake>,
    baton: Sender<Signal>,
    cancelled: bool,
}

/// A task that another one started.
pub struct Child {
    id: u32,
    open: bool,
    /// Says when it has tidied up after being cancelled.
    end: Receiver<()>,
}

/// The tasks of one form, by their places.
pub struct Children {
    fork: u32,
    list: Vec<Child>,
}

const STACK: usize = 512 << 20;

/// Runs the modules of a program, then its entry with these arguments, to the end.
pub fn run(world: &Arc<World>, entry: Option<(FunctionId, Vec<Val>)>) -> Run {
    let (baton, signals) = channel();
    let done = baton.clone();
    let body = move |task: &mut Task| {
        let program = task.world.program.clone();
        let mut last = Val::null();
        for module in &program.modules {
            let closure = Closure { function: module.body, captures: Vec::new() };
            last = run_function(task, &program, &closure, Vec::new())?;
        }
        match entry {
            Some((function, arguments)) => {
                run_function(task, &program, &Closure { function, captures: Vec::new() }, arguments)
            }
            None => Ok(last),
        }
    };
    let finish = move |_: &Task, result| drop(done.send(Signal::Done(result)));
    spawn(Task::new(world.clone(), 0, Path::root(), baton), body, finish);
    world.board.lock().unwrap().ready.push_back((0, Wake::Start));
    loop {
        let (id, wake) = {
            let mut board = world.board.lock().unwrap();
            let next = board.ready.pop_front();
            next.or_else(|| board.event()).expect("a task that waits is woken by something")
        };
        let sender = world.board.lock().unwrap().tasks.get(&id).cloned();
        sender.expect("a task that is woken").send(wake).expect("a task that waits");
        match signals.recv().expect("a task with the baton") {
            Signal::Waits => {}
            Signal::Done(result) => return result,
        }
    }
}

impl Board {
    pub fn new(memory: Memory) -> Board {
        Board {
            memory,
            batch: Batch::default(),
            ready: VecDeque::new(),
            tasks: HashMap::new(),
            waiting: HashMap::new(),
            next_task: 1,
            steps: 0,
            asked: Vec::new(),
            output: Vec::new(),
        }
    }

    /// Hands over the batch, requests in the order of their ids, and takes the next event.
    fn event(&mut self) -> Option<(u32, Wake)> {
        let mut batch = std::mem::take(&mut self.batch);
        batch.requests.sort_by(|a, b| a.id.cmp(&b.id));
        batch.timers.sort_by(|a, b| a.id.cmp(&b.id));
        self.asked.extend(batch.requests.iter().cloned());
        self.memory.submit(batch);
        loop {
            let (id, reply) = self.memory.next_event()?;
            if let Some(task) = self.waiting.remove(&id) {
                return Some((task, Wake::Reply(reply)));
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
    task.world.board.lock().unwrap().tasks.insert(id, sender);
    let work = move || {
        let result = match task.wake.recv() {
            Ok(Wake::Start) => {
                catch_unwind(AssertUnwindSafe(|| body(&mut task))).unwrap_or(Err(Flow::Unknown("panic")))
            }
            _ => {
                task.cancelled = true;
                Err(Flow::Cancelled)
            }
        };
        task.world.board.lock().unwrap().tasks.remove(&id);
        finish(&task, result);
    };
    std::thread::Builder::new().stack_size(STACK).spawn(work).expect("a thread");
}

impl World {
    pub fn new(program: Arc<Program>, input: Val, memory: Memory, agents: Vec<Arc<Agent>>) -> World {
        let globals = program.globals.iter().map(|_| Slot::new(0, Some(Val::null()))).collect();
        let board = Mutex::new(Board::new(memory));
        World { program, globals: Mutex::new(globals), input, agents: Mutex::new(agents), board }
    }

    pub fn all_agents(&self) -> Val {
        let agents = self.agents.lock().unwrap();
        let entries = agents.iter().map(|agent| (agent.name.clone(), Data::Agent(agent.clone()).into()));
        Data::Object(entries.collect()).into()
    }

    pub fn agent_list(&self) -> Val {
        let agents = self.agents.lock().unwrap();
        Val::list(agents.iter().map(|agent| Data::Agent(agent.clone()).into()).collect())
    }

    pub fn agent(&self, name: &str) -> Option<Arc<Agent>> {
        self.agents.lock().unwrap().iter().find(|agent| *agent.name == *name).cloned()
    }

    pub fn bind_agent(&self, name: &Arc<str>, value: &Val) {
        if let Data::Agent(agent) = &value.data {
            let mut agents = self.agents.lock().unwrap();
            let (options, methods) = (agent.options.clone(), agent.methods.clone());
            let bound = Agent { name: name.clone(), options, methods };
            agents.retain(|it| it.name != *name);
            agents.push(Arc::new(bound));
        }
    }
}

impl Task {
    fn new(world: Arc<World>, id: u32, path: Path, baton: Sender<Signal>) -> (Task, Sender<Wake>) {
        let (sender, wake) = channel();
        let contexts = Vec::new();
        let task = Task { world, id, path, contexts, depth: 0, count: 0, forks: 0, wake, baton, cancelled: false };
        (task, sender)
    }

    pub fn fault(&self, code: Code, file: FileId, span: Span) -> Arc<Thrown> {
        let kind =
            prism::value::Error { code, message: prism::value::Value::NULL, data: prism::value::Value::NULL }.kind();
        Arc::new(Thrown {
            kind: kind.into(),
            code,
            message: Val::text(""),
            data: Val::null(),
            lanes: Lanes::EXACT,
            file,
            span,
        })
    }

    /// Counts what is done, so that what grows without end stops; such programs are not compared.
    pub fn tick(&self, steps: u64) -> Run<()> {
        let mut board = self.world.board.lock().unwrap();
        board.steps += steps;
        if board.steps > 1_000_000 { Err(Flow::Unknown("what takes so long")) } else { Ok(()) }
    }

    fn next_id(&mut self) -> Id {
        self.count += 1;
        Id { task: self.path.clone(), count: self.count - 1 }
    }

    /// Hands the baton back until someone wakes this task.
    fn wait(&mut self) -> Run<Wake> {
        if self.cancelled {
            return Err(Flow::Cancelled);
        }
        self.baton.send(Signal::Waits).map_err(|_| Flow::Cancelled)?;
        match self.wake.recv() {
            Ok(Wake::Cancel) | Err(_) => {
                self.cancelled = true;
                Err(Flow::Cancelled)
            }
            Ok(wake) => Ok(wake),
        }
    }

    /// Asks the world and waits for its reply.
    pub fn world_request(&mut self, kind: Kind) -> Run<Reply> {
        let id = self.next_id();
        {
            let mut board = self.world.board.lock().unwrap();
            board.waiting.insert(id.clone(), self.id);
            let context = self.contexts.clone();
            board.batch.requests.push(Request { id: id.clone(), kind, context });
        }
        let result = self.wait();
        if result.is_err() {
            self.forget(&id);
        }
        match result? {
            Wake::Reply(reply) => Ok(reply),
            _ => unreachable!("a task that waits for a reply gets one"),
        }
    }

    /// Nobody waits for this any more.
    fn forget(&mut self, id: &Id) {
        let mut board = self.world.board.lock().unwrap();
        if board.waiting.remove(id).is_none() {
            return;
        }
        let before = board.batch.requests.len() + board.batch.timers.len();
        board.batch.requests.retain(|request| request.id != *id);
        board.batch.timers.retain(|timer| timer.id != *id);
        if board.batch.requests.len() + board.batch.timers.len() == before {
            board.batch.cancellations.push(id.clone());
        }
    }

    /// Asks an agent; its answer, or the code of what failed and what the agent said of it.
    pub fn request(
        &mut self,
        agent: &Agent,
        method: &str,
        purpose: Purpose,
        arguments: Vec<Val>,
    ) -> Run<Result<Val, (Code, String)>> {
        let options = agent.options.iter().map(|(key, value)| (key.to_string(), super::native::json(value))).collect();
        let call = Call {
            agent: agent.name.clone(),
            method: method.into(),
            purpose,
            description: None,
            prompt: Vec::new(),
            arguments: arguments.iter().map(super::native::result_json).collect(),
            names: Vec::new(),
            schema: None,
            effect: None,
            options,
        };
        Ok(match self.world_request(Kind::Call(Box::new(call)))? {
            Reply::Answer(answer) => super::native::answer(&answer).ok_or((Code::R030, String::new())),
            Reply::Failed(prism::host::Failure::Timeout) => Err((Code::R031, String::new())),
            Reply::Failed(prism::host::Failure::Unknown { .. }) => Err((Code::R032, String::new())),
            Reply::Failed(prism::host::Failure::Error { message, .. }) => Err((Code::R030, message)),
            _ => Err((Code::R030, String::new())),
        })
    }

    pub fn print(&mut self, stream: Stream, text: String) {
        let mark = if stream == Stream::Output { "" } else { "! " };
        self.next_id();
        self.world.board.lock().unwrap().output.push(format!("{mark}{text}"));
    }

    /// Lets time go by.
    pub fn sleep(&mut self, after: f64) -> Run<()> {
        let id = self.timer(after);
        let result = self.wait();
        if result.is_err() {
            self.forget(&id);
        }
        result.map(drop)
    }

    fn timer(&mut self, after: f64) -> Id {
        let id = self.next_id();
        let mut board = self.world.board.lock().unwrap();
        board.waiting.insert(id.clone(), self.id);
        board.batch.timers.push(Timer { id: id.clone(), after });
        id
    }

    pub fn fork(&mut self) -> Children {
        self.forks += 1;
        Children { fork: self.forks - 1, list: Vec::new() }
    }

    /// Starts a task: it runs when this one waits, and this one goes on as soon as it is done.
    pub fn start(&mut self, children: &mut Children, body: impl FnOnce(&mut Task) -> Run + Send + 'static) {
        let place = children.list.len();
        let path = self.path.child(children.fork, place as u32);
        let id = {
            let mut board = self.world.board.lock().unwrap();
            board.next_task += 1;
            board.next_task - 1
        };
        let (ended, end) = channel();
        let parent = self.id;
        let finish = move |task: &Task, result| {
            if task.cancelled {
                let _ = ended.send(());
                return;
            }
            task.world.board.lock().unwrap().ready.push_front((parent, Wake::Child(place, result)));
            drop(task.baton.send(Signal::Waits));
        };
        let (mut task, sender) = Task::new(self.world.clone(), id, path, self.baton.clone());
        (task.contexts, task.depth) = (self.contexts.clone(), self.depth);
        spawn((task, sender), body, finish);
        self.world.board.lock().unwrap().ready.push_back((id, Wake::Start));
        children.list.push(Child { id, open: true, end });
    }

    /// The next task that is done, with its place; nothing when the time was up first.
    pub fn next_done(&mut self, children: &mut Children) -> Run<Option<(usize, Run)>> {
        match self.wait()? {
            Wake::Child(place, result) => {
                children.list[place].open = false;
                Ok(Some((place, result)))
            }
            _ => Ok(None),
        }
    }

    /// A moment that [`Task::next_done`] ends at.
    pub fn deadline(&mut self, after: f64) -> Id {
        self.timer(after)
    }

    /// Ends what is unfinished, in order of writing, and drops what it waits for.
    pub fn leave(&mut self, children: &mut Children, deadline: Option<&Id>) {
        if let Some(id) = deadline {
            self.forget(id);
        }
        for child in children.list.iter_mut().filter(|child| child.open) {
            child.open = false;
            let mut board = self.world.board.lock().unwrap();
            board.ready.retain(|(id, _)| *id != child.id);
            let sender = board.tasks.get(&child.id).cloned();
            drop(board);
            if let Some(sender) = sender {
                sender.send(Wake::Cancel).expect("a task that waits");
                child.end.recv().expect("a task that ends");
            }
        }
    }
}
