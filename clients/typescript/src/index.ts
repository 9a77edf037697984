export { showBlocks, srcSet, tagsOf } from "./blocks.js";
export type { Handlers } from "./blocks.js";
export { createDigest } from "./digest.js";
export type { Options } from "./digest.js";
export { DigestError } from "./errors.js";
export type { Problem } from "./errors.js";
export type { components, paths } from "./schema.js";
export type {
  Block,
  Body,
  CopiedIssue,
  Digest,
  Image,
  Issue,
  IssueChoice,
  IssueFilters,
  IssuePage,
  Issues,
  ListedIssue,
  Preview,
  Query,
  RequestOptions,
  Store,
  TextOptions,
} from "./types.js";
