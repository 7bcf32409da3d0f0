"""Each field that the five documents name has its place in the plan."""

from __future__ import annotations

import pytest

from landed.events import describe

# Seed 000: interface UserOutcomeData; userId and the dates are the envelope's.
APPLICATION_DATA = {
    "jobId": "job_id",
    "jobTitle": "job_title",
    "company": "company",
    "industry": "industry",
    "location": "location",
    "salaryRange.min": "salary_min",
    "salaryRange.max": "salary_max",
    "salaryRange.currency": "currency",
    "applicationMethod": "application_method",
    "cvVersion": "cv_version",
    "atsScore": "ats_score",
    "optimizationsApplied": "optimizations_applied",
}
OUTCOME_EVENT = {"eventType": "outcome_type", "details": "details", "stage": "stage"}
FINAL_OUTCOME = {
    "result": "result",
    "timeToResult": "time_to_result_days",
    "salaryOffered": "salary_offered_usd",
    "negotiationDetails": "negotiated",
    "feedbackReceived": "feedback_received",
    "reasonForRejection": "rejection_reason",
}
USER_FEEDBACK = {
    "cvHelpfulness": "cv_helpfulness",
    "recommendationQuality": "recommendation_quality",
    "overallSatisfaction": "overall_satisfaction",
    "wouldRecommend": "would_recommend",
    "improvementSuggestions": "suggestions",
}
# Seed 001: CVFeatureExtractor.
CV_FEATURES = {
    "word_count": "word_count",
    "sections_count": "section_count",
    "total_experience": "experience_years",
    "job_changes": "job_change_count",
    "average_tenure": "average_tenure_years",
    "technical_skills_count": "technical_skill_count",
    "soft_skills_count": "soft_skill_count",
    "education_level": "education_level",
}
CV_SCORES = {
    "formatting_score": "formatting_score",
    "career_progression": "progression_score",
    "skill_diversity": "skill_diversity_rate",
    "relevant_education": "education_relevance_rate",
}
# Seed 002: the recommendation of the workflow example, the tracked interaction.
RECOMMENDATION = {
    "job_id": "job_id",
    "tier": "tier",
    "score": "score",
    "salary_increase_potential": "salary_potential_usd",
}
INTERACTION = {
    "interaction_type": "interaction_type",
    "page_url": "page_path",
    "element_id": "element",
    "action": "action",
}
SESSION = {"device_type": "device_type", "browser": "browser"}
# Seed 003: logResumeTailoringEvent.
RESUME_EVENT = {
    "resumeId": "resume_id",
    "isRefinement": "is_refinement",
    "resumeText": "resume_text",
    "jobDescription": "job_description",
    "tailoredText": "tailored_text",
    "atsScore": "ats_score",
    "jdScore": "jd_score",
    "tailoringMode": "tailoring_mode",
    "version": "version",
}
# Seed 004: the columns of the analyses, candidate_files and document_warnings tables.
ANALYSIS = {
    "jd_file_size_bytes": "jd_file_size_bytes",
    "jd_character_count": "jd_character_count",
    "total_resume_file_size_bytes": "total_resume_file_size_bytes",
    "avg_resume_character_count": "avg_resume_character_count",
    "min_resume_character_count": "min_resume_character_count",
    "max_resume_character_count": "max_resume_character_count",
    "api_calls_made": "api_call_count",
    "total_tokens_used": "total_tokens",
    "total_api_cost": "cost_usd",
    "rate_limit_hits": "rate_limit_hit_count",
    "rate_limit_retry_count": "rate_limit_retry_count",
    "avg_overall_score": "avg_overall_score",
    "median_overall_score": "median_overall_score",
    "min_overall_score": "min_overall_score",
    "max_overall_score": "max_overall_score",
    "candidates_above_70_percent": "candidates_above_70_percent_count",
    "candidates_50_to_70_percent": "candidates_50_to_70_percent_count",
    "candidates_below_50_percent": "candidates_below_50_percent_count",
    "insights_generated_count": "insight_count",
    "insights_generation_time_seconds": "insight_duration_seconds",
    "insights_tokens_used": "insight_tokens",
    "insights_api_cost": "insight_cost_usd",
    "text_extraction_total_time": "extraction_duration_seconds",
    "embedding_generation_time": "embedding_duration_seconds",
    "similarity_calculation_time": "similarity_duration_seconds",
    "database_write_time": "database_write_duration_seconds",
    "cost_per_candidate": "cost_per_candidate_usd",
    "cost_per_criterion": "cost_per_criterion_usd",
    "cost_breakdown.extraction": "extraction_cost_usd",
    "cost_breakdown.embeddings": "embedding_cost_usd",
    "cost_breakdown.similarity": "similarity_cost_usd",
    "status": "analysis_status",
    "error_count": "error_count",
    "error_details": "error_details",
    "num_candidates": "candidate_count",
    "processing_duration_seconds": "duration_seconds",
}
CANDIDATE_FILE = {
    "resume_file_size_bytes": "file_size_bytes",
    "resume_character_count": "character_count",
    "resume_file_type": "file_type",
    "extraction_duration_seconds": "extraction_duration_seconds",
    "analysis_duration_seconds": "analysis_duration_seconds",
    "chunk_count": "chunk_count",
    "processing_error": "success",
    "error_message": "message",
}
WARNING = {
    "analysis_id": "analysis_id",
    "warning_type": "warning_type",
    "document_count": "document_count",
    "document_size": "document_size_bytes",
}
SEEDS = [
    ("application_submitted", APPLICATION_DATA),
    ("application_outcome_recorded", OUTCOME_EVENT),
    ("application_closed", FINAL_OUTCOME),
    ("feedback_given", USER_FEEDBACK),
    ("resume_parsed", CV_FEATURES),
    ("resume_analyzed", CV_SCORES),
    ("recommendation_shown", RECOMMENDATION),
    ("interaction_recorded", INTERACTION),
    ("session_started", SESSION),
    ("resume_tailored", RESUME_EVENT),
    ("resume_refined", RESUME_EVENT),
    ("resume_copied", RESUME_EVENT),
    ("resume_downloaded", RESUME_EVENT),
    ("screening_analysis_completed", ANALYSIS),
    ("candidate_file_processed", CANDIDATE_FILE),
    ("document_warning_shown", {**WARNING, "limit": "limit_count"}),
    ("document_warning_answered", {**WARNING, "user_action": "user_action"}),
]
CHOICES = [
    ("recommendation_shown", "tier", "conservative optimal stretch"),
    (
        "application_outcome_recorded",
        "outcome_type",
        (
            "application_viewed phone_screen interview_scheduled interview_completed"
            " reference_check offer_received offer_accepted offer_declined rejection_received"
        ),
    ),
    ("application_outcome_recorded", "stage", "screening interview final offer closed"),
    ("application_submitted", "application_method", "direct job_board recruiter referral"),
    ("application_closed", "result", "hired rejected no_response withdrawn pending"),
    ("document_warning_answered", "user_action", "continued abandoned reduced_batch override"),
    (
        "prediction_made",
        "target",
        "interview offer salary time_to_hire competitiveness",
    ),
]


@pytest.mark.parametrize(("event", "fields"), SEEDS)
def test_fields_of_the_documents_are_planned(event: str, fields: dict[str, str]) -> None:
    planned = {field.name for field in describe(event).fields}
    assert set(fields.values()) - planned == set()


@pytest.mark.parametrize(("event", "field", "choices"), CHOICES)
def test_choices_of_the_documents_are_planned(event: str, field: str, choices: str) -> None:
    planned = {one.name: one.choices for one in describe(event).fields}
    assert set(planned[field]) == set(choices.split())
