"""The words of the market: industries, places, devices, pages, models."""

from __future__ import annotations

from typing import Final

import msgspec

__all__ = [
    "ADVANCEMENTS",
    "APP_VERSIONS",
    "COMPANIES",
    "DEVICES",
    "ELEMENTS",
    "ENDPOINTS",
    "ERROR_TYPES",
    "FEATURES",
    "GOALS",
    "INDUSTRIES",
    "JOB_TITLES",
    "LEAVE_REASONS",
    "MODELS",
    "PAGES",
    "REGIONS",
    "SCREENS",
    "Device",
    "Region",
]


class Device(msgspec.Struct, frozen=True):
    """A kind of device and its share of the sessions."""

    type: str
    os: str
    browser: str
    share: float


class Region(msgspec.Struct, frozen=True):
    """A market region: its countries, its share of the people, its level of salaries."""

    name: str
    countries: tuple[str, ...]
    share: float
    salary_factor: float


DEVICES: Final = (
    Device("desktop", "Windows", "Chrome", 0.30),
    Device("desktop", "macOS", "Safari", 0.14),
    Device("desktop", "Linux", "Firefox", 0.06),
    Device("tablet", "iOS", "Safari", 0.05),
    Device("mobile", "Android", "Chrome", 0.23),
    Device("mobile", "iOS", "Safari", 0.22),
)
REGIONS: Final = (
    Region("north_america", ("US", "CA"), 0.44, 1.00),
    Region("europe", ("DE", "GB", "FR", "NL"), 0.32, 0.74),
    Region("asia_pacific", ("IN", "SG", "AU"), 0.17, 0.55),
    Region("latin_america", ("BR", "MX"), 0.07, 0.42),
)
APP_VERSIONS: Final = ("4.0.0", "4.1.0", "4.2.0", "4.2.1", "4.3.0")
INDUSTRIES: Final = (
    "technology",
    "finance",
    "healthcare",
    "education",
    "manufacturing",
    "retail",
    "marketing",
    "logistics",
)
JOB_TITLES: Final = (
    ("Software Engineer", "Data Analyst", "Product Manager", "Site Reliability Engineer"),
    ("Financial Analyst", "Risk Manager", "Auditor", "Account Manager"),
    ("Registered Nurse", "Clinical Researcher", "Pharmacist", "Care Coordinator"),
    ("Teacher", "Instructional Designer", "Lecturer", "Programme Coordinator"),
    ("Process Engineer", "Quality Inspector", "Production Planner", "Maintenance Technician"),
    ("Store Manager", "Buyer", "Merchandiser", "Sales Associate"),
    ("Content Strategist", "Campaign Manager", "Brand Manager", "Growth Analyst"),
    ("Supply Chain Analyst", "Dispatcher", "Warehouse Manager", "Customs Specialist"),
)
COMPANIES: Final = (
    "Alder Systems",
    "Bluepine Group",
    "Cobalt Works",
    "Driftwood Labs",
    "Elmfield Partners",
    "Fennel Foods",
    "Granite Health",
    "Harbourline",
    "Ironbark Energy",
    "Juniper Transit",
    "Kestrel Bank",
    "Lumen Schools",
    "Meridian Retail",
    "Northgate Media",
    "Opaline Pharma",
    "Pebble Logistics",
)
PAGES: Final = (
    ("/jobs", "Jobs"),
    ("/recommendations", "Recommendations"),
    ("/resume", "Resume"),
    ("/applications", "Applications"),
    ("/salary", "Salary insights"),
    ("/account", "Account"),
    ("/pricing", "Pricing"),
)
SCREENS: Final = ("Home", "Recommendations", "Resume", "Applications", "Profile")
FEATURES: Final = (
    ("job_search", 0.34),
    ("salary_insights", 0.17),
    ("resume_editor", 0.19),
    ("interview_coach", 0.09),
    ("cover_letter", 0.12),
    ("company_research", 0.06),
    ("skill_gap", 0.03),
)
ELEMENTS: Final = (
    "search-button",
    "filter-panel",
    "sort-menu",
    "refine-button",
    "job-card",
    "save-icon",
    "nav-menu",
    "help-link",
)
ENDPOINTS: Final = (
    ("/api/recommendations", "GET", 1.45),
    ("/api/jobs/search", "GET", 1.10),
    ("/api/resume/parse", "POST", 1.70),
    ("/api/applications", "POST", 0.90),
    ("/api/profile", "GET", 0.55),
    ("/api/salary", "GET", 0.80),
)
ERROR_TYPES: Final = ("TimeoutError", "ConnectionError", "ValidationError", "KeyError")
GOALS: Final = ("find_job", "raise_salary", "change_industry", "work_remotely")
ADVANCEMENTS: Final = ("promotion", "role_change")
MODELS: Final = ("atlas-small", "atlas-large")
LEAVE_REASONS: Final = ("found_job", "too_expensive", "not_using", "missing_features")
