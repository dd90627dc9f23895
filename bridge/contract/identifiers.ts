/**
 * Every identifier system, extension URL and code that the bridge writes into Medplum, in one place.
 * Browser-safe: ui and bots read the same names.
 */

const FASTEN_API = 'https://api.connect.fastenhealth.com/v1';

/** What every system of ours begins with. */
export const BRIDGE_ROOT = `${FASTEN_API}/bridge/`;

/** Root of `meta.source`, and system of the tag and identifiers that name a connection (its namespace). */
export const ORG_CONNECTION_SYSTEM = `${FASTEN_API}/bridge/org_connection`;

/** System of the identifier on a Consent that continues an earlier connection; its value is that lineage's namespace. */
export const LINEAGE_SYSTEM = `${FASTEN_API}/bridge/lineage`;

/** System of the identifier on a Consent that an attempt to connect is found by: the hash of the attempt's secret. */
export const CONNECTION_ATTEMPT_SYSTEM = `${FASTEN_API}/bridge/connection-attempt`;

/** System of the tag and identifiers that name one EHI export by Fasten's `task_id`. */
export const EHI_EXPORT_SYSTEM = `${FASTEN_API}/bridge/fhir/ehi-export`;

const EXTENSION = `${FASTEN_API}/bridge/fhir/StructureDefinition`;

/** On the Consent of a connection: how often it is exported again by itself (valueCode). */
export const RESYNC_EXTENSION = `${EXTENSION}/resync`;

/** What `Consent.policy.uri` begins with that names the text which a person agreed to; the version of the text follows. */
export const CONSENT_TEXT_SYSTEM = `${FASTEN_API}/bridge/consent-text`;

/** On `meta`: what the server would overwrite (the source's own source, versionId, lastUpdated) and our content hash. */
export const SOURCE_META_EXTENSION = `${EXTENSION}/source-meta`;

/** On a Reference: the text of `Reference.reference` as the source sent it, where it could not stay. */
export const SOURCE_REFERENCE_EXTENSION = `${EXTENSION}/source-reference`;

/** On the kept source Patient: its own `active`, since the kept copy is inactive. */
export const SOURCE_ACTIVE_EXTENSION = `${EXTENSION}/source-active`;

/** On an Attachment: the URL as the source sent it. */
export const SOURCE_URL_EXTENSION = `${EXTENSION}/source-url`;

/** On a primitive element: the text that the source sent for it, where the server would have refused that text. */
export const SOURCE_VALUE_EXTENSION = `${EXTENSION}/source-value`;

/**
 * On a resource: a text longer than a FHIR string may be, as the Attachment that holds it; its title says where it stood
 * (FHIRPath).
 */
export const SOURCE_TEXT_EXTENSION = `${EXTENSION}/source-text`;

/** On any element: one property below it as the source sent it, as JSON text `{"path from here": value}`. */
export const SOURCE_PROPERTY_EXTENSION = `${EXTENSION}/source-property`;

/** Names the lanes of writing (Basic resources) that fence transactions; see docs/decisions. */
export const LANE_SYSTEM = `${FASTEN_API}/bridge/lane`;

/** System of the codes that say what a Task, Consent or Binary of ours is. */
export const BRIDGE_CODE_SYSTEM = `${FASTEN_API}/bridge/code`;

/** System of Task.input, Task.output and Task.businessStatus codes. */
export const IMPORT_CODE_SYSTEM = `${FASTEN_API}/bridge/import`;

/** System of the code in Task.statusReason that says what follows a failure. */
export const NEXT_STEP_SYSTEM = `${FASTEN_API}/bridge/next-step`;

/** System of the identifier that makes a message to a patient unique, such as `<Task id>/<status>`. */
export const MESSAGE_SYSTEM = `${IMPORT_CODE_SYSTEM}-message`;

/** Code (system {@link BRIDGE_CODE_SYSTEM}) of the Task that is the one timeline of an export and its import. */
export const IMPORT_TASK_CODE = 'ehi-import';

/** Code (system {@link BRIDGE_CODE_SYSTEM}) of a Task that asks the care team to look at an import; a bot makes it. */
export const REVIEW_TASK_CODE = 'review-import';

/** Code (system {@link BRIDGE_CODE_SYSTEM}) of the List of what a re-sync changed; a bot makes it. */
export const SYNC_CHANGES_CODE = 'sync-changes';

/** Code (system {@link BRIDGE_CODE_SYSTEM}) of the Task about a critical result; a bot makes it, with a Flag. */
export const CRITICAL_RESULT_CODE = 'critical-result';

/** System of the identifier that keeps a result from being flagged twice: the id of its Observation. */
export const CRITICAL_RESULT_SYSTEM = `${FASTEN_API}/bridge/critical-result`;

/**
 * System of the tag that names a cluster of duplicates (a Linkage) by the two it began with, `<id>.<id>`: Linkage has no
 * identifier, and two runs at once must not make two of them.
 */
export const DUPLICATES_SYSTEM = `${FASTEN_API}/bridge/duplicates`;

/** System of the tags on such a Linkage that say by which rules its members were found; an operator searches by them. */
export const DUPLICATE_RULE_SYSTEM = `${FASTEN_API}/bridge/duplicate-rule`;

/** On an item of such a Linkage: the rule by which it was found to be the same as the others (valueCode). */
export const DUPLICATE_RULE_EXTENSION = `${EXTENSION}/duplicate-rule`;

/** On such a Linkage: `active` and the members as the bot wrote them; where they differ, somebody has decided otherwise. */
export const DUPLICATES_WRITTEN_EXTENSION = `${EXTENSION}/duplicates-written`;

/** Code (system {@link BRIDGE_CODE_SYSTEM}) of the Task that asks whether two Patients are one person; a bot makes it. */
export const SAME_PERSON_CODE = 'same-person';

/** System of the identifier that keeps this from being asked twice: the ids of the two Patients, `<id>.<id>`. */
export const SAME_PERSON_SYSTEM = `${FASTEN_API}/bridge/same-person`;

/** Code (system {@link BRIDGE_CODE_SYSTEM}) of the Task that says what became of a C-CDA document; a bot makes it. */
export const CCDA_CONVERSION_CODE = 'ccda-conversion';

/** System of the identifier of that Task: the document, its patient, the hash of its content, and what converted it. */
export const CCDA_CONVERSION_SYSTEM = `${FASTEN_API}/bridge/ccda-conversion`;

/** System of the codes in that Task: faults of documents, what was converted, and why something was left out. */
export const CCDA_OUTCOME_SYSTEM = `${FASTEN_API}/bridge/ccda-outcome`;

/** System of the identifier of what was converted: a hash of what it says, so that no other document brings it again. */
export const CCDA_FACT_SYSTEM = `${FASTEN_API}/bridge/ccda-fact`;

/** Code (system {@link BRIDGE_CODE_SYSTEM}) of the Task that is the receipt of an erasure. */
export const ERASURE_TASK_CODE = 'ehi-erasure';

/** System of the identifier that makes a receipt unique: the Consent that ended, and its version. */
export const ERASURE_SYSTEM = `${FASTEN_API}/bridge/erasure`;

/** Category code (system {@link BRIDGE_CODE_SYSTEM}) of the Consent that is a connection. */
export const CONNECTION_CONSENT_CODE = 'ehi-connection';

/** Code (system {@link BRIDGE_CODE_SYSTEM}) of the Basic that fences one lane of writing. */
export const LANE_CODE = 'import-lane';

/** On a lane: which run holds it, which bundle it last saw committed, and whether a run is under way. */
export const LANE_EXTENSION = `${EXTENSION}/lane`;

/** On an Attachment whose bytes the bridge stored: their SHA-256, and the URL by which the source named them. */
export const SOURCE_DOCUMENT_EXTENSION = `${EXTENSION}/source-document`;

/**
 * Code (system {@link BRIDGE_CODE_SYSTEM}) of the tag on Subscriptions of bots that are not told of what an import writes
 * while it writes it: when the import is done, the bridge hands it to them, one resource after the other.
 */
export const FED_AFTER_IMPORT_CODE = 'fed-after-import';

/** Codes (system {@link BRIDGE_CODE_SYSTEM}) of the tags on a Task whose raw export, or ledger, was removed at its age. */
export const REMOVED_CODES = { 'raw-export': 'raw-export-removed', ledger: 'ledger-removed' } as const;

/** Code (system {@link BRIDGE_CODE_SYSTEM}) of the tag on resources that were repaired. */
export const REPAIRED_CODE = 'repaired';

/**
 * On a Coding or Quantity: a bot put this code there beside what the source says. `from` says what it was made of
 * (valueCoding, or valueString for a unit), `map` by which ConceptMap (valueUri).
 */
export const ADDED_CODE_EXTENSION = `${EXTENSION}/added-code`;

/** System of the tags that say which codes were added to a resource: `<code system>#<code>`. */
export const ADDED_CODE_SYSTEM = `${FASTEN_API}/bridge/added-code`;

/** `ConceptMap.group.source` of maps whose codes are the units of Quantities as sources write them. */
export const UNIT_TEXT_SYSTEM = `${FASTEN_API}/bridge/unit-text`;

/** System of the identifier of a ConceptMap that was loaded: its `url`, and which part of it this is. */
export const CODE_MAP_SYSTEM = `${FASTEN_API}/bridge/code-map`;
