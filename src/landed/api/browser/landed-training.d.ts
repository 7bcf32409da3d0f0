/** What a person allowed; anything but `training: true` is a no. */
export interface TrainingConsent {
  training?: boolean;
}

/**
 * What became of an event: `accepted` is on disk, `sent` went as the page ended, `withheld` was not
 * allowed, `rejected` breaks a rule that `reason` names, `dropped` never arrives.
 */
export interface TrainingOutcome {
  status: "accepted" | "sent" | "withheld" | "rejected" | "dropped";
  reason?: string;
}

interface TrainingEvent {
  /** Your id of the person; landed keeps a pseudonym of its own making. */
  userId: string | number;
  /** Under which it counts once; else a new one. */
  messageId?: string;
  /** Instead of that of `configure`. */
  consent?: TrainingConsent;
}

interface ResumeEvent extends TrainingEvent {
  /** Your id of the résumé; landed keeps a pseudonym of it. */
  resumeId: string | number;
  resumeText?: string;
  version?: number;
  /** The person's names, which vanish from the texts. */
  names?: string[];
}

export interface ResumeTailoringEvent extends ResumeEvent {
  isRefinement: boolean;
  resumeText: string;
  jobDescription: string;
  tailoredText: string;
  /** 0 to 100. */
  atsScore?: number;
  /** 0 to 100. */
  jdScore?: number;
  /** Such as `personalized`. */
  tailoringMode?: string;
}

export interface InteractionEvent extends TrainingEvent {
  /** What was done, such as `click`. */
  action: string;
  /** To what, such as `refine-button`. */
  element: string;
}

/** Say where landed is (else where this module came from), the write key, and what was allowed. */
export function configure(options: {
  host?: string;
  key?: string;
  consent?: TrainingConsent;
  /** How long events are gathered, in milliseconds; else 1000. */
  wait?: number;
}): void;

/** A résumé was tailored to a job. */
export function logResumeTailoringEvent(event: ResumeTailoringEvent): Promise<TrainingOutcome>;

/** A résumé was uploaded, copied or downloaded. */
export function logResumeEvent(
  event: ResumeEvent & { action: "uploaded" | "copied" | "downloaded" }
): Promise<TrainingOutcome>;

/** Something was done with the page. */
export function logInteractionEvent(event: InteractionEvent): Promise<TrainingOutcome>;

/** Send what waits now. */
export function flush(): Promise<void>;
