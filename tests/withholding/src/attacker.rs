//! A reader who writes down every relation that all published numbers stand in, and solves for what
//! is withheld.
//!
//! He knows what the words mean and nothing else: no pattern, no rule, no code of the program.

use std::collections::{BTreeMap, BTreeSet};

use microlp::{ComparisonOp, OptimizationDirection, Problem, Variable};

/// A count that no published number is finer than: what is counted, and up to three groups.
pub(crate) type Atom = (&'static str, String, String, String);

/// A sum of atoms with their signs.
pub(crate) type Form = Vec<(usize, f64)>;

/// What is known: a sum lies between two numbers.
struct Fact {
    form: Form,
    least: f64,
    most: f64,
}

/// All that the reader knows.
#[derive(Default)]
pub(crate) struct Attacker {
    index: BTreeMap<Atom, usize>,
    truth: Vec<f64>,
    facts: Vec<Fact>,
    seen: BTreeSet<String>,
}

/// A count of people that he would like to know.
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) form: Form,
}

const NEAR: f64 = 1e-5;

impl Attacker {
    /// Says that there is an atom; its number is for the referee only.
    pub(crate) fn atom(&mut self, atom: Atom, truth: f64) {
        let next = self.truth.len();
        self.index.insert(atom, next);
        self.truth.push(truth);
    }

    /// The sum of all atoms of a kind; an empty group stands for all.
    pub(crate) fn sum(&self, kind: &str, groups: [&str; 3]) -> Form {
        let is_in = |(k, a, b, c): &Atom| {
            let is = |group: &str, value: &String| group.is_empty() || group == value;
            *k == kind && is(groups[0], a) && is(groups[1], b) && is(groups[2], c)
        };
        let found = self.index.iter().filter(|(atom, _)| is_in(atom));
        found.map(|(_, at)| (*at, 1.0)).collect()
    }

    /// Each atom of a kind with its groups.
    pub(crate) fn each(&self, kind: &str) -> Vec<(&Atom, Form)> {
        let found = self.index.iter().filter(|(atom, _)| atom.0 == kind);
        found.map(|(atom, at)| (atom, vec![(*at, 1.0)])).collect()
    }

    pub(crate) fn value(&self, form: &Form) -> f64 {
        form.iter().map(|(at, sign)| self.truth[*at] * sign).sum()
    }

    /// Notes that a sum lies between two numbers. What is not true was misread: the test is wrong.
    #[track_caller]
    pub(crate) fn learn(&mut self, what: &str, form: Form, least: f64, most: f64) {
        let truth = self.value(&form);
        assert!(
            least - NEAR <= truth && truth <= most + NEAR,
            "{what}: {truth} is not in {least}..{most}"
        );
        if self.seen.insert(format!("{form:?} {least} {most}")) {
            self.facts.push(Fact { form, least, most });
        }
    }

    /// Notes what holds unless people left without an answer, as those who died; a referee drops
    /// what does not hold.
    pub(crate) fn suppose(&mut self, what: &str, form: Form, least: f64, most: f64) {
        let truth = self.value(&form);
        if least - NEAR <= truth && truth <= most + NEAR {
            self.learn(what, form, least, most);
        }
    }

    pub(crate) fn n_facts(&self) -> usize {
        self.facts.len()
    }

    /// Solves for each target: those that he knows more closely than from 0 to `threshold`, with
    /// the least and the most.
    pub(crate) fn solve(&self, targets: &[Target], threshold: f64) -> Vec<(String, f64, f64)> {
        let mut parts: BTreeMap<usize, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        let roots = self.parts(targets);
        for (at, root) in roots.iter().enumerate() {
            parts.entry(*root).or_default().0.push(at);
        }
        for (at, target) in targets.iter().enumerate() {
            let root = roots[target.form[0].0];
            parts.entry(root).or_default().1.push(at);
        }
        let mut known = Vec::new();
        for (atoms, of_part) in parts.values().filter(|(_, targets)| !targets.is_empty()) {
            let chosen: Vec<&Target> = of_part.iter().map(|at| &targets[*at]).collect();
            known.extend(self.solve_part(atoms, &chosen, threshold));
        }
        known
    }

    /// Atoms that facts or targets tie together have the same root.
    fn parts(&self, targets: &[Target]) -> Vec<usize> {
        let mut root: Vec<usize> = (0..self.truth.len()).collect();
        fn find(root: &mut [usize], mut at: usize) -> usize {
            while root[at] != at {
                root[at] = root[root[at]];
                at = root[at];
            }
            at
        }
        let of_facts = self.facts.iter().map(|fact| &fact.form);
        for form in of_facts.chain(targets.iter().map(|target| &target.form)) {
            for pair in form.windows(2) {
                let (a, b) = (find(&mut root, pair[0].0), find(&mut root, pair[1].0));
                root[a.max(b)] = a.min(b);
            }
        }
        (0..root.len()).map(|at| find(&mut root, at)).collect()
    }

    fn solve_part(
        &self,
        atoms: &[usize],
        targets: &[&Target],
        threshold: f64,
    ) -> Vec<(String, f64, f64)> {
        // Worlds that he cannot tell from the true one show for many targets at once that they are
        // free; what is left is solved one by one.
        let mut is_free = vec![[false; 2]; targets.len()];
        for turn in 0..8 {
            let open: Vec<(usize, usize)> = (0..targets.len())
                .filter_map(|t| match is_free[t] {
                    [true, true] => None,
                    [false, false] => Some((t, (t + turn) % 2)),
                    [low, _] => Some((t, usize::from(low))),
                })
                .collect();
            if open.is_empty() {
                break;
            }
            let Some(values) = self.world(atoms, targets, &open, threshold) else {
                break;
            };
            for (t, value) in values.iter().enumerate() {
                is_free[t][0] |= *value < NEAR;
                is_free[t][1] |= *value > threshold - NEAR;
            }
        }
        let mut known = Vec::new();
        for (t, target) in targets.iter().enumerate() {
            let solve = |direction| self.extreme(atoms, &target.form, direction);
            let least = match is_free[t][0] {
                true => 0.0,
                false => solve(OptimizationDirection::Minimize),
            };
            let most = match is_free[t][1] {
                true => threshold,
                false => solve(OptimizationDirection::Maximize),
            };
            if least > NEAR || most < threshold - NEAR {
                known.push((target.name.clone(), least, most));
            }
        }
        known
    }

    fn problem(
        &self,
        direction: OptimizationDirection,
        atoms: &[usize],
    ) -> (Problem, BTreeMap<usize, Variable>) {
        let mut problem = Problem::new(direction);
        let add = |at: &usize| (*at, problem.add_var(0.0, (0.0, f64::INFINITY)));
        let variables: BTreeMap<usize, Variable> = atoms.iter().map(add).collect();
        for fact in &self.facts {
            let of_fact = fact.form.first().map(|(at, _)| at);
            if of_fact.is_none_or(|at| !variables.contains_key(at)) {
                continue;
            }
            let terms = fact.form.iter().map(|(at, sign)| (variables[at], *sign));
            let terms: Vec<(Variable, f64)> = terms.collect();
            if fact.least == fact.most {
                problem.add_constraint(terms.as_slice(), ComparisonOp::Eq, fact.least);
                continue;
            }
            if fact.least > f64::NEG_INFINITY {
                problem.add_constraint(terms.as_slice(), ComparisonOp::Ge, fact.least);
            }
            if fact.most < f64::INFINITY {
                problem.add_constraint(terms.as_slice(), ComparisonOp::Le, fact.most);
            }
        }
        (problem, variables)
    }

    /// One world: some targets as low, others as high as they can be together.
    fn world(
        &self,
        atoms: &[usize],
        targets: &[&Target],
        open: &[(usize, usize)],
        threshold: f64,
    ) -> Option<Vec<f64>> {
        let (mut problem, variables) = self.problem(OptimizationDirection::Maximize, atoms);
        for (t, up) in open {
            let form = targets[*t].form.iter();
            let form: Vec<(Variable, f64)> = form.map(|(at, s)| (variables[at], *s)).collect();
            let reach = problem.add_var(1.0, (if *up == 1 { 0.0 } else { -1e9 }, 1e9));
            let mut terms = form.clone();
            terms.push((reach, if *up == 1 { -1.0 } else { 1.0 }));
            // reach ≤ value and reach ≤ threshold; or reach ≤ -value.
            match up {
                1 => {
                    problem.add_constraint(terms.as_slice(), ComparisonOp::Ge, 0.0);
                    let alone = [(reach, 1.0)];
                    problem.add_constraint(&alone[..], ComparisonOp::Le, threshold);
                }
                _ => problem.add_constraint(terms.as_slice(), ComparisonOp::Le, 0.0),
            }
        }
        let solution = problem.solve().ok()?;
        let value = |target: &&Target| {
            let form = target.form.iter();
            form.map(|(at, s)| solution.var_value(variables[at]) * s)
                .sum()
        };
        Some(targets.iter().map(value).collect())
    }

    fn extreme(&self, atoms: &[usize], form: &Form, direction: OptimizationDirection) -> f64 {
        let (mut problem, variables) = self.problem(direction, atoms);
        let goal = problem.add_var(1.0, (f64::NEG_INFINITY, f64::INFINITY));
        let mut terms: Vec<(Variable, f64)> =
            form.iter().map(|(at, s)| (variables[at], *s)).collect();
        terms.push((goal, -1.0));
        problem.add_constraint(terms.as_slice(), ComparisonOp::Eq, 0.0);
        match problem.solve() {
            Ok(solution) => solution.var_value(goal),
            Err(microlp::Error::Unbounded) => match direction {
                OptimizationDirection::Minimize => f64::NEG_INFINITY,
                OptimizationDirection::Maximize => f64::INFINITY,
            },
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn the_attacker_finds_what_sums_give_away() {
    let mut attacker = Attacker::default();
    for (group, truth) in [("a", 3.0), ("b", 40.0), ("c", 2.0)] {
        attacker.atom(("tests", group.into(), String::new(), String::new()), truth);
    }
    let sum = |a: &Attacker, group| a.sum("tests", [group, "", ""]);
    let all = sum(&attacker, "");
    attacker.learn("all", all, 45.0, 45.0);
    let target = |attacker: &Attacker| Target {
        name: "a".to_owned(),
        form: sum(attacker, "a"),
    };
    assert!(attacker.solve(&[target(&attacker)], 5.0).is_empty());
    let b = sum(&attacker, "b");
    attacker.learn("b", b, 40.0, 40.0);
    // a + c = 5: free from 0 to 5.
    assert!(attacker.solve(&[target(&attacker)], 5.0).is_empty());
    let c = sum(&attacker, "c");
    attacker.learn("c", c, 1.5, 2.5);
    let known = attacker.solve(&[target(&attacker)], 5.0);
    assert_eq!(known.len(), 1);
    let (_, least, most) = &known[0];
    assert!((least - 2.5).abs() < 1e-6 && (most - 3.5).abs() < 1e-6);
}
