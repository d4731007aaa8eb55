use super::*;

#[test]
fn every_declaration_can_be_read() {
    for (id, builtin) in all() {
        let signature = id.signature();
        assert!(builtin.doc.ends_with('.'), "{}", builtin.name);
        assert!(!builtin.receivers.is_empty() || builtin.spellings().next().is_some(), "{}", builtin.name);
        assert!(builtin.receivers.is_empty() || !signature.parameters.is_empty(), "{}", builtin.name);
        assert_eq!(matches!(builtin.kind, Body::Change(_)), builtin.mutation == Mutation::Place, "{}", builtin.name);
    }
}
