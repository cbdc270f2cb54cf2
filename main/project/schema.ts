/**
 * The project's tables as Kysely sees them, as they are after the last migration. What makes them is `migrations/`.
 *
 * Portable between SQLite and PostgreSQL: text, integers, doubles; times as ISO text, flags as 0/1, JSON as text.
 */
import type { Generated, Kysely, Transaction } from 'kysely';
import type {
  AdjudicationChoice,
  BatchItemState,
  BatchState,
  CommentState,
  FrameReason,
  ImageProblem,
  Label,
  LearningSide,
  MaskState,
  Origin,
  ReviewState,
  RoundState,
} from '../../shared/domain';
import type { ErrorCode } from '../../shared/errors';

export interface ProjectTables {
  studies: { id: Generated<number>; key: string; name: string; patient: string };
  series: { id: Generated<number>; study_id: number; key: string; name: string };
  images: {
    id: Generated<number>;
    series_id: number;
    absolute_path: string;
    relative_path: string;
    size_bytes: number;
    mtime_ms: number;
    frame_count: number;
    /** Null where the file does not say. */
    frame_time_ms: number | null;
    /** JSON of a `Calibration`; null where the file states no millimetres. */
    calibration: string | null;
    /** JSON of the `Calibration` the user made; it comes before the file's. */
    manual_calibration: string | null;
  };
  frames: {
    id: Generated<number>;
    image_id: number;
    frame_index: number;
    /** The place in natural order among all frames of the project; see `natural-key.ts`. */
    sort_key: string;
    width_px: number | null;
    height_px: number | null;
    sha256: string | null;
    /** In the main reading; in the others: `reading_frames`. */
    review: ReviewState;
    problem: ImageProblem | null;
    problem_detail: string | null;
  };
  labels: {
    id: Generated<number>;
    name: string;
    colour: string;
    shortcut: string | null;
    instances: Label['instances'];
  };
  masks: { id: Generated<number>; frame_id: number; label_id: number; reading_id: number };
  revisions: {
    id: Generated<number>;
    mask_id: number;
    previous_id: number | null;
    restored_from_id: number | null;
    state: MaskState;
    width_px: number;
    height_px: number;
    rle_counts: string;
    area_px: number;
    quality: number | null;
    origin: string;
    tool: Origin['tool'];
    user_name: string;
    created_at: string;
  };
  /** One row a point or box of a revision, in the order of the clicks; a point has its place in x0, y0. */
  prompts: {
    id: Generated<number>;
    revision_id: number;
    ordinal: number;
    kind: 'point' | 'box';
    positive: number;
    x0: number;
    y0: number;
    x1: number | null;
    y1: number | null;
  };
  /** A row holds all that was measured by hand on a frame from then on; the newest counts. */
  measurements: {
    id: Generated<number>;
    frame_id: number;
    reading_id: number;
    /** JSON of `Measurement[]`. */
    measured: string;
    user_name: string;
    created_at: string;
  };
  /** A row each time somebody leaves a frame. */
  visits: {
    id: Generated<number>;
    frame_id: number;
    /** Without the time in which nothing was done. */
    active_ms: number;
    /** What chose the frame; null: the user's own hand. */
    why: FrameReason | null;
    user_name: string;
    created_at: string;
  };
  heads: {
    id: Generated<number>;
    label_id: number;
    version: string;
    /** Hashes of the encoder and decoder that it was trained with: it fits no others. */
    encoder_id: string;
    decoder_id: string;
    config: string;
    /** Of its file, `heads/<sha256>.safetensors` in the project folder. */
    sha256: string;
    /** Null: imported. */
    round_id: number | null;
    active: number;
    report: string | null;
    created_at: string;
    /** Null until it is removed; the row stays, since masks name its version. */
    removed_at: string | null;
  };
  rounds: {
    id: Generated<number>;
    label_id: number;
    state: RoundState;
    settings: string;
    /** What it was asked, so that it can go on after a crash; null when it has ended. */
    plan: string | null;
    report: string | null;
    problem: string | null;
    /** The newest revision when it began: what came later is new to the label. */
    last_revision_id: number;
    user_name: string;
    started_at: string;
    finished_at: string | null;
  };
  /** Frames that belong together (patients, else series, else look-alikes) and their side, for ever. */
  learning_groups: { id: Generated<number>; key: string; side: LearningSide };
  learning_frames: { id: Generated<number>; frame_id: number; group_id: number };
  /** What frames look like to an encoder; see `scores.ts`. */
  looks: {
    id: Generated<number>;
    frame_id: number;
    frame_sha256: string;
    encoder_id: string;
    /** IEEE halves, little endian. */
    sketch: Uint8Array;
  };
  /** How sure a head was of what it proposed for a label on a frame. */
  proposal_scores: {
    id: Generated<number>;
    frame_id: number;
    label_id: number;
    frame_sha256: string;
    /** The head's name is unique within a model, and a version's is its hash. */
    model_id: string;
    head: string;
    predicted_iou: number;
    stability: number;
    flip_dice: number | null;
  };
  readings: { id: Generated<number>; name: string; blind: number; created_at: string };
  /** Reviews in all readings but the main one; a frame without a row is unopened there. */
  reading_frames: { id: Generated<number>; reading_id: number; frame_id: number; review: ReviewState };
  /** Where a comment is, image pixels; its newest edit says what it says. */
  comments: { id: Generated<number>; frame_id: number; reading_id: number; x: number; y: number };
  comment_edits: {
    id: Generated<number>;
    comment_id: number;
    text: string;
    state: CommentState;
    user_name: string;
    created_at: string;
  };
  /** What was decided where two readers differ; a later row of the same two, frame and label takes its place. */
  adjudications: {
    id: Generated<number>;
    frame_id: number;
    label_id: number;
    first_reading_id: number;
    second_reading_id: number;
    /** Null: what was decided before is taken back. */
    choice: AdjudicationChoice | null;
    /** The frame's in the main reading. */
    review_before: ReviewState;
    /** Ids of the revisions it made, a JSON array. */
    revisions: string;
    user_name: string;
    created_at: string;
  };
  batches: {
    id: Generated<number>;
    reading_id: number;
    state: BatchState;
    /** JSON of a `BatchPlan`. */
    plan: string;
    /** JSON of a `BatchProblem`; null: none. */
    problem: string | null;
    user_name: string;
    created_at: string;
    finished_at: string | null;
  };
  /** One row a frame of a batch, in the order of the study list. */
  batch_items: {
    id: Generated<number>;
    batch_id: number;
    frame_id: number;
    state: BatchItemState;
    /** Workers that died while this frame was theirs. */
    deaths: number;
    /** Masks it got; null until it is done. */
    masks: number | null;
    /** Code of an `AppError`, and its words. */
    problem: ErrorCode | null;
    problem_detail: string | null;
    ended_at: string | null;
  };
  settings: { key: string; value: string };
  audit: {
    id: Generated<number>;
    created_at: string;
    user_name: string;
    action: string;
    subject: string;
    detail: string;
  };
  /** One row a transaction that has changed something; each proves those before it (`seals/canonical.ts`). */
  seals: { id: number; created_at: string; user_name: string; changes: string; hash: string };
}

export type ProjectDb = Kysely<ProjectTables>;
export type ProjectTransaction = Transaction<ProjectTables>;
