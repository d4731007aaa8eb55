//! Functions of every spelling.

use super::{Builder, Cells, Promise, Signature};
use crate::syntax::ast::*;

impl Builder<'_> {
    fn add(&mut self, function: Function) -> FunctionId {
        let id = FunctionId(self.tree.functions.len() as u32);
        self.tree.functions.push(function);
        id
    }

    fn bare(form: Form) -> Function {
        Function {
            form,
            is_async: false,
            decorators: List::default(),
            name: None,
            parameters: List::default(),
            has_parameters: true,
            result: None,
            cap: None,
            max: None,
            body: None,
        }
    }

    /// What stands between a function's name and its body.
    pub(crate) fn signature(
        &mut self,
        parameters: Option<Cells>,
        result: Option<NodeId>,
        cap: Option<NodeId>,
    ) -> Signature {
        let parameters = parameters.map(|cells| self.list(cells));
        let signature = Signature(self.promises.len() as u32);
        self.promises.push(Promise { parameters, result, cap });
        signature
    }

    /// What was promised. Inner functions are complete before outer ones, so nothing behind it is wanted any more.
    fn promise(&mut self, Signature(number): Signature) -> Promise {
        let promise = self.promises[number as usize];
        self.promises.truncate(number as usize);
        promise
    }

    /// A function, named or not.
    pub(crate) fn function(
        &mut self,
        start: u32,
        end: u32,
        (form, is_async): (Form, bool),
        name: Option<NodeId>,
        signature: Signature,
        body: NodeId,
    ) -> NodeId {
        let signature = self.promise(signature);
        let id = self.add(Function {
            is_async,
            name,
            parameters: signature.parameters.unwrap_or_default(),
            has_parameters: signature.parameters.is_some(),
            result: signature.result,
            cap: signature.cap,
            body: Some(body),
            ..Self::bare(form)
        });
        self.node(start, end, Node::Function(id))
    }

    /// `name(…) { … }` in an object.
    pub(crate) fn method(
        &mut self,
        start: u32,
        end: u32,
        is_async: bool,
        key: NodeId,
        signature: Signature,
        body: NodeId,
    ) -> NodeId {
        let signature = self.promise(signature);
        let function = self.add(Function {
            is_async,
            parameters: signature.parameters.unwrap_or_default(),
            result: signature.result,
            cap: signature.cap,
            body: Some(body),
            ..Self::bare(Form::Method)
        });
        self.node(start, end, Node::Method { key, function })
    }

    /// `x => …`
    pub(crate) fn lambda(&mut self, start: u32, end: u32, is_async: bool, parameters: Cells, body: NodeId) -> NodeId {
        let parameters = self.list(parameters);
        let id = self.add(Function { is_async, parameters, body: Some(body), ..Self::bare(Form::Lambda) });
        self.node(start, end, Node::Function(id))
    }

    /// The parameter of a lambda that has no parentheses.
    pub(crate) fn lambda_parameter(&mut self, start: u32, end: u32) -> Cells {
        let pattern = self.name(start, end);
        let parameter = self.parameter(start, end, pattern, None, None);
        self.push(Cells::EMPTY, parameter)
    }

    /// One parameter.
    pub(crate) fn parameter(
        &mut self,
        start: u32,
        end: u32,
        pattern: NodeId,
        annotation: Option<NodeId>,
        default: Option<NodeId>,
    ) -> NodeId {
        self.node(start, end, Node::Parameter { pattern, annotation, default })
    }

    /// `test "…" { }`, `on "…" as e max N { }`
    pub(crate) fn labelled(
        &mut self,
        start: u32,
        end: u32,
        form: Form,
        name: NodeId,
        parameter: Option<NodeId>,
        max: Option<NodeId>,
        body: NodeId,
    ) -> NodeId {
        let cells = match parameter {
            Some(parameter) => self.push(Cells::EMPTY, parameter),
            None => Cells::EMPTY,
        };
        let parameters = self.list(cells);
        let id = self.add(Function {
            name: Some(name),
            parameters,
            has_parameters: parameter.is_some(),
            max,
            body: Some(body),
            ..Self::bare(form)
        });
        self.node(start, end, Node::Function(id))
    }

    /// The method of an agent.
    pub(crate) fn agent_method(
        &mut self,
        start: u32,
        end: u32,
        decorators: Option<Cells>,
        name: NodeId,
        parameters: Cells,
        result: Option<NodeId>,
    ) -> NodeId {
        let parameters = self.list(parameters);
        let decorators = decorators.map(|cells| self.list(cells)).unwrap_or_default();
        let id = self.add(Function { decorators, name: Some(name), parameters, result, ..Self::bare(Form::Signature) });
        self.node(start, end, Node::AgentMethod(id))
    }
}
