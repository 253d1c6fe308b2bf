//! Gathers questions by their vectors: each joins the nearest group if that is near enough, or begins one.

use crate::remembered::{Shared, cosine};

/// The cosine to the middle of a group from which on a question belongs to it.
const NEAR: f32 = 0.75;

/// Questions that ask much the same, by their places.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) members: Vec<usize>,
    /// The one nearest to the middle.
    pub(super) typical: usize,
}

struct Growing {
    members: Vec<usize>,
    sum: Vec<f32>,
    length: f32,
}

/// All questions in groups; one without a vector is a group of its own.
pub(super) fn groups(vectors: &[Option<Shared>]) -> Vec<Group> {
    let mut growing: Vec<Growing> = Vec::new();
    let mut alone = Vec::new();
    for (place, vector) in vectors.iter().enumerate() {
        let Some(vector) = vector else {
            alone.push(Group { members: vec![place], typical: place });
            continue;
        };
        let nearness = growing.iter().map(|group| cosine(vector, &group.sum) / group.length);
        let nearest = nearness.enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
        match nearest.filter(|(_, near)| *near >= NEAR) {
            Some((group, _)) => growing[group].take(place, vector),
            None => growing.push(Growing { members: vec![place], sum: vector.to_vec(), length: 1.0 }),
        }
    }
    let grown = growing.into_iter().map(|group| group.finish(vectors));
    grown.chain(alone).collect()
}

impl Growing {
    fn take(&mut self, place: usize, vector: &[f32]) {
        self.members.push(place);
        for (sum, value) in self.sum.iter_mut().zip(vector) {
            *sum += value;
        }
        self.length = cosine(&self.sum, &self.sum).sqrt().max(f32::MIN_POSITIVE);
    }

    fn finish(self, vectors: &[Option<Shared>]) -> Group {
        let near = |place: &usize| vectors[*place].as_ref().map_or(0.0, |vector| cosine(vector, &self.sum));
        let typical = self.members.iter().max_by(|a, b| near(a).total_cmp(&near(b)));
        Group { typical: *typical.unwrap_or(&self.members[0]), members: self.members }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn unit(degrees: f32) -> Shared {
        let angle = degrees.to_radians();
        Arc::new(vec![angle.cos(), angle.sin()])
    }

    #[test]
    fn near_questions_are_one_group_and_the_middle_one_stands_for_it() {
        let found = groups(&[
            Some(unit(0.0)),
            Some(unit(90.0)),
            Some(unit(20.0)),
            Some(unit(40.0)),
            None,
            Some(unit(100.0)),
        ]);
        let group = |members: &[usize], typical| Group { members: members.to_vec(), typical };
        assert_eq!(found, [group(&[0, 2, 3], 2), group(&[1, 5], 5), group(&[4], 4)]);
    }

    #[test]
    fn nothing_makes_no_group() {
        assert!(groups(&[]).is_empty());
    }
}
