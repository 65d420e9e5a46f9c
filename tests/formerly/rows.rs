//! Timelines of configs in which something gets another name.

/// What is renamed, the config before and after, the values, and what is told.
pub(super) const ROWS: &[(&str, &str, &str, &[f64], &str)] = &[
    (
        "a rule that fires ends under its new name",
        "[[rules]]\nname = \"old\"\nwhen = \"x > 0\"",
        "[[rules]]\nname = \"new\"\nformerly = [\"old\"]\nwhen = \"x > 0\"",
        &[1.0, 1.0, 1.0, 0.0],
        "old.fired@0 new.resolved@3",
    ),
    (
        "a name that is two renamings old",
        "[[rules]]\nname = \"old\"\nwhen = \"x > 0\"",
        "[[rules]]\nname = \"new\"\nformerly = [\"older\", \"old\"]\nwhen = \"x > 0\"",
        &[1.0, 1.0, 1.0, 0.0],
        "old.fired@0 new.resolved@3",
    ),
    (
        "a pending run goes on",
        "[[rules]]\nname = \"old\"\nwhen = \"x > 0\"\nfor = \"3d\"",
        "[[rules]]\nname = \"new\"\nformerly = [\"old\"]\nwhen = \"x > 0\"\nfor = \"3d\"",
        &[1.0, 1.0, 1.0, 1.0, 0.0],
        "new.fired@3 new.resolved@4",
    ),
    (
        "without it both are told",
        "[[rules]]\nname = \"old\"\nwhen = \"x > 0\"",
        "[[rules]]\nname = \"new\"\nwhen = \"x > 0\"",
        &[1.0, 1.0, 1.0],
        "old.fired@0 new.fired@2 old.resolved@2",
    ),
    (
        "a pending run goes on while what its condition reads is renamed too",
        "[[metrics]]\nname = \"old_y\"\nexpr = \"x + 0\"\n[[rules]]\nname = \"old\"\n\
         when = \"old_y > 0 && old_y.days >= 0\"\nfor = \"3d\"",
        "[[metrics]]\nname = \"y\"\nformerly = [\"old_y\"]\nexpr = \"x + 0\"\n[[rules]]\nname = \"new\"\n\
         formerly = [\"old\"]\nwhen = \"y > 0 && y.days >= 0\"\nfor = \"3d\"",
        &[1.0, 1.0, 1.0, 1.0],
        "new.fired@3",
    ),
    (
        "a rule that reads the alert of one that was renamed",
        "[[rules]]\nname = \"old\"\nwhen = \"x > 0\"\n[[rules]]\nname = \"second\"\nfor = \"3d\"\n\
         when = \"alerts.old && alerts.old.days >= 0\"",
        "[[rules]]\nname = \"new\"\nformerly = [\"old\"]\nwhen = \"x > 0\"\n[[rules]]\nname = \"second\"\n\
         for = \"3d\"\nwhen = \"alerts.new && alerts.new.days >= 0\"",
        &[1.0, 1.0, 1.0, 1.0, 1.0],
        "old.fired@0 second.fired@3",
    ),
    (
        "a rule that reads a segment that was renamed",
        "[[segments]]\nname = \"small\"\nwhen = \"x < 5\"\n[[segments]]\nname = \"large\"\n\
         [[rules]]\nname = \"r\"\nwhen = \"segment == \\\"small\\\"\"\nfor = \"3d\"",
        "[[segments]]\nname = \"smb\"\nformerly = [\"small\"]\nwhen = \"x < 5\"\n[[segments]]\nname = \"large\"\n\
         [[rules]]\nname = \"r\"\nwhen = \"segment == \\\"smb\\\"\"\nfor = \"3d\"",
        &[1.0, 1.0, 1.0, 1.0, 1.0],
        "r.fired@3",
    ),
    (
        "a segment has been the same for as long, and was the same before",
        "[[segments]]\nname = \"small\"\nwhen = \"x < 5\"\n[[segments]]\nname = \"large\"\n\
         [[rules]]\nname = \"r\"\nwhen = \"segment != segment.previous || segment.days < 1\"",
        "[[segments]]\nname = \"smb\"\nformerly = [\"small\"]\nwhen = \"x < 5\"\n[[segments]]\nname = \"large\"\n\
         [[rules]]\nname = \"r\"\nwhen = \"segment != segment.previous || segment.days < 1\"",
        &[1.0, 1.0, 1.0, 1.0, 9.0],
        "r.fired@4",
    ),
    (
        "a stage too",
        "[[stages]]\nname = \"small\"\nwhen = \"x < 5\"\n[[stages]]\nname = \"large\"\n\
         [[rules]]\nname = \"r\"\nwhen = \"stage != stage.previous\"",
        "[[stages]]\nname = \"smb\"\nformerly = [\"small\"]\nwhen = \"x < 5\"\n[[stages]]\nname = \"large\"\n\
         [[rules]]\nname = \"r\"\nwhen = \"stage != stage.previous\"",
        &[1.0, 1.0, 1.0, 1.0, 9.0],
        "r.fired@4",
    ),
    (
        "the history of a calculated metric",
        "[[metrics]]\nname = \"old_y\"\nexpr = \"x * 2\"\n[[rules]]\nname = \"r\"\nwhen = \"old_y.change_2d > 3\"",
        "[[metrics]]\nname = \"y\"\nformerly = [\"old_y\"]\nexpr = \"x * 2\"\n\
         [[rules]]\nname = \"r\"\nwhen = \"y.change_2d > 3\"",
        &[1.0, 1.0, 3.0],
        "r.fired@2",
    ),
    (
        "the history of what a metric was",
        "[[metrics]]\nname = \"old_y\"\nexpr = \"x * 2\"\n\
         [[rules]]\nname = \"r\"\nwhen = \"old_y.change_1d.previous > 3\"",
        "[[metrics]]\nname = \"y\"\nformerly = [\"old_y\"]\nexpr = \"x * 2\"\n\
         [[rules]]\nname = \"r\"\nwhen = \"y.change_1d.previous > 3\"",
        &[1.0, 3.0, 3.0],
        "r.fired@2",
    ),
    (
        "a band is held, a score and a group fall",
        "[[scorecards]]\nname = \"old\"\nmargin = 30\nbands = [{ name = \"red\" }, { name = \"green\", from = 50 }]\n\
         [[scorecards.groups]]\nname = \"use\"\nfactors = [{ metric = \"x\", points.linear = { worst = 0, best = 100 } }]\n\
         [[rules]]\nname = \"r\"\nwhen = \"old.band == \\\"green\\\" && old < 50 && old.change_2d < 0 && old.use.previous > 50\"",
        "[[scorecards]]\nname = \"new\"\nformerly = [\"old\"]\nmargin = 30\n\
         bands = [{ name = \"red\" }, { name = \"green\", from = 50 }]\n\
         [[scorecards.groups]]\nname = \"usage\"\nformerly = [\"use\"]\n\
         factors = [{ metric = \"x\", points.linear = { worst = 0, best = 100 } }]\n\
         [[rules]]\nname = \"r\"\nwhen = \"new.band == \\\"green\\\" && new < 50 && new.change_2d < 0 && new.usage.previous > 50\"",
        &[90.0, 90.0, 40.0],
        "r.fired@2",
    ),
    (
        "a playbook under way, and the rule that began it",
        "[[rules]]\nname = \"old\"\nwhen = \"x > 0\"\nplaybook = \"save\"\n[[playbooks]]\nname = \"save\"\n\
         steps = [{ channel = \"call\", title = \"call\" }, { channel = \"email\", title = \"write\", after = \"3d\" }]",
        "[[rules]]\nname = \"new\"\nformerly = [\"old\"]\nwhen = \"x > 0\"\nplaybook = \"rescue\"\n\
         [[playbooks]]\nname = \"rescue\"\nformerly = [\"save\"]\n\
         steps = [{ channel = \"call\", title = \"call\" }, { channel = \"email\", title = \"write\", after = \"3d\" }]",
        &[1.0, 1.0, 1.0, 1.0],
        "old.fired@0 save:old@0 save:old:call@0 rescue:new@3 rescue:new:email@3",
    ),
    (
        "two that become one: the earliest goes on, and ends once",
        "[[rules]]\nname = \"a\"\nwhen = \"x > 1\"\n[[rules]]\nname = \"b\"\nwhen = \"x > 0\"",
        "[[rules]]\nname = \"new\"\nformerly = [\"a\", \"b\"]\nwhen = \"x > 0\"",
        &[1.0, 2.0, 2.0, 0.0],
        "b.fired@0 a.fired@1 new.resolved@3",
    ),
    (
        "one takes in another",
        "[[rules]]\nname = \"a\"\nwhen = \"x > 1\"\n[[rules]]\nname = \"b\"\nwhen = \"x > 0\"",
        "[[rules]]\nname = \"a\"\nformerly = [\"b\"]\nwhen = \"x > 0\"",
        &[1.0, 2.0, 2.0, 0.0],
        "b.fired@0 a.fired@1 a.resolved@3",
    ),
];
