"""What the inspection and the judging of a large month leave in the database, for `bench.reports`.

One call in twenty is on the work list and scored by a form of twenty questions, one in ten of these
twice; each measure of each call is judged, one in ten as broken.
"""

from typing import Final

from features.call_judgements.clauses import Measure

_FORM: Final = """
INSERT INTO quality_forms (id, name, thing, draft, version, published, made_at, made_by)
  VALUES (1, '通话质检', 'call', '{}', 1, 1, now(), '1001');
INSERT INTO quality_form_versions (form_id, version, name, content, published_at, published_by)
SELECT 1, 1, '通话质检', json_build_object('sections', json_agg(section)), now(), '1001' FROM (
  SELECT json_build_object('title', '第' || n % 4 || '部分', 'items', json_agg(json_build_object(
    'key', n, 'words', '项目' || n, 'weight', 5, 'fatal', n = 20, 'na', false))) AS section
  FROM generate_series(1, 20) AS n GROUP BY n % 4) AS sections
"""
_ITEMS: Final = """
INSERT INTO quality_items (key, day, thing, subject, call_id, agent, business, reason, signals,
  risk, turn, twin, state, inspector, made_at, done_at)
SELECT 'call/' || id || '/' || turn, ring_started::date, 'call', id, id, agent,
  coalesce(topic, 'other'), 'uniform', '[]', 0, turn, NULL, 'submitted', '100' || turn,
  ring_started + interval '1 hour', ring_started + interval '2 hours'
FROM calls, generate_series(1, 2) AS turn
WHERE agent IS NOT NULL AND right(linkedid, 1) = '6' AND (turn = 1 OR random() < 0.1)
  AND random() < 0.6;
UPDATE quality_items AS one SET twin = other.id FROM quality_items AS other
  WHERE one.call_id = other.call_id AND one.id <> other.id
"""
_SCORES: Final = """
INSERT INTO quality_scores (item_id, version, form_id, form_version, thing, subject, call_id, agent,
  scorer, answers, marks, words, tenths, fatal, why, official, digest, at)
SELECT id, 1, 1, 1, 'call', subject, call_id, agent, inspector,
  (SELECT json_object_agg(n, (ARRAY['full', 'full', 'partly', 'none'])[1 + (id + n) % 4])
    FROM generate_series(1, 20) AS n), '[]', '', 850, false, '', turn = 1, repeat('a', 64), done_at
FROM quality_items
"""
_DRAWS: Final = """
INSERT INTO quality_draws (day, seed, drawn_at, drawn_by, quotas, kinds, digest)
SELECT day, 'a', day + interval '1 day', '', '{}', json_build_array(json_build_object('thing',
  'call', 'business', 'fault', 'of', 10000, 'drawn', 500, 'by_risk', 150)), ''
FROM (SELECT DISTINCT ring_started::date AS day FROM calls) AS days
"""
_JUDGED: Final = """
INSERT INTO call_judgements (call_id, measure, agent, outcome, value, second, why, rules,
  ring_started, judged_at)
SELECT calls.id, measure, coalesce(agent, ''),
  (ARRAY['broken', 'kept', 'kept', 'kept', 'kept', 'kept', 'kept', 'none', 'none', 'none'])
    [1 + (random() * 9.99)::int % 10],
  1, 2, '', 1, ring_started, ring_started FROM calls, unnest(ARRAY[{measures}]) AS measure
"""


def statements() -> list[str]:
    """Return what puts all of it in, one after the other."""
    measures = ", ".join(f"'{each.value}'" for each in Measure)
    several = [*_FORM.split(";\n"), *_ITEMS.split(";\n"), _SCORES, _DRAWS]
    return [*several, _JUDGED.format(measures=measures)]
