"""Settings as data: every value is read once, strictly, from the environment (`env.py`, docs/operations.md)."""

import re
import warnings
from pathlib import Path
from urllib.parse import urlsplit

from borealis_assemblies import __version__
from borealis_assemblies.databases import database_settings, put_copies_in_place
from borealis_assemblies.env import Environment, bracketed

env = Environment.of_process()
if env.unknown_names:
    warnings.warn(f"Unknown settings, misspelt? {', '.join(env.unknown_names)}", RuntimeWarning, stacklevel=2)

# Read already, by `Environment`.
ENV_FILE = env.text("ENV_FILE")
PACKAGE = Path(__file__).resolve().parent
BASE_DIR = PACKAGE.parent
VERSION = __version__
# The wheel has the templates inside the package; data are kept where the command is run, never in site-packages.
INSTALLED = (PACKAGE / "templates").is_dir()
PROJECT = Path.cwd() if INSTALLED else BASE_DIR
ROOT = env.path("ROOT", PROJECT, base=PROJECT)
RUNTIME_ROOT = env.runtime_root(ROOT)
STAGING_ROOT = env.path("STAGING_ROOT", BASE_DIR / "assemblies" / "official" / "bundled", base=ROOT)
OFFICIAL_SOURCE = env.text("OFFICIAL_SOURCE", str(STAGING_ROOT))
OFFICIAL_REF = env.text("OFFICIAL_REF", "main")
OFFICIAL_MAX_AGE_DAYS = env.integer("OFFICIAL_MAX_AGE_DAYS", 0, maximum=36500)
OFFICIAL_SIGNING_KEYS = env.words("OFFICIAL_SIGNING_KEYS")
REFUSE_ERRORS = env.choices("REFUSE_ERRORS", ("official", "community", "user"))

SECRET_KEY = env.secret_key(RUNTIME_ROOT / "secret.key")
DEBUG = env.switch("DEBUG", False)
HOST = env.host("HOST", "127.0.0.1")
PORT = env.integer("PORT", 5000, minimum=1, maximum=65535)
PUBLIC_ORIGIN, URL_PREFIX = env.web_address("PUBLIC_URL", f"http://{bracketed(HOST)}:{PORT}")
PUBLIC_URL = PUBLIC_ORIGIN + URL_PREFIX
HTTPS = PUBLIC_URL.startswith("https://")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS") or sorted(
    {"localhost", "127.0.0.1", "[::1]", bracketed(HOST), bracketed(urlsplit(PUBLIC_URL).hostname or "")}
)
CORS_ALLOWED_ORIGINS = env.origins("CORS_ALLOWED_ORIGINS")
# Only a proxy speaks TLS, and next to it on the same machine is where it usually stands.
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES", "127.0.0.0/8, ::1" if HTTPS else "")

DATABASES = database_settings(env, runtime_root=RUNTIME_ROOT, root=ROOT)
# The folder of copies that `serve` makes, and it alone, on a disk that can only be read.
STAND_IN = env.text("STAND_IN")
if STAND_IN:
    DATABASES = put_copies_in_place(DATABASES, Path(STAND_IN))
DATABASE_ROUTERS = ["assemblies.router.DomainRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Who asks for figures from another machine says this; loopback needs no token.
METRICS_TOKEN = env.text("METRICS_TOKEN")
# The journal that must be here: an empty volume in the library's place is no first start then.
LIBRARY_ID = env.identifier("LIBRARY_ID")

PAYLOAD_STORAGE_URL = env.text("PAYLOAD_STORAGE_URL", (RUNTIME_ROOT / "Assemblies" / "Payloads").as_uri())
FLUSH_INTERVAL_SECONDS = env.integer("FLUSH_INTERVAL_SECONDS", 60, minimum=1)
WRITE_TIMEOUT_SECONDS = 10
MAX_DOCUMENT_BYTES = env.integer("MAX_DOCUMENT_BYTES", 1024 * 1024, minimum=1024)
MAX_ATTACHMENT_BYTES = env.integer("MAX_ATTACHMENT_BYTES", 100 * 1024 * 1024, minimum=1024)
ENGINE_AUTO_MIGRATE = env.switch("ENGINE_AUTO_MIGRATE", True)
ADMIN_USERNAME = env.text("ADMIN_USERNAME", "admin")
ADMIN_PASSWORD = env.text("ADMIN_PASSWORD")
API_TOKEN_TTL_SECONDS = 10 * 3600
DEV_MODE_TTL_SECONDS = env.integer("DEV_MODE_TTL_SECONDS", 900, minimum=1)
DEV_MODE_MAX_SECONDS = env.integer("DEV_MODE_MAX_SECONDS", 3600, minimum=1)
RECENT_LOGIN_SECONDS = env.integer("RECENT_LOGIN_SECONDS", 900)
# A minute, by address and by key.
ENROLMENTS_PER_ADDRESS, ENROLMENTS_PER_KEY = 40, 12
# Where devices may send requests to, as their proofs name it.
REALTIME_PORT = env.integer("REALTIME_PORT", 5001, minimum=0, maximum=65535)
REALTIME_URL = env.realtime_url(REALTIME_PORT, PUBLIC_ORIGIN)
DEVICE_ORIGINS = [PUBLIC_ORIGIN, *([REALTIME_URL] if REALTIME_URL else [])]
SIGNING_KEY_FILE = env.path("SIGNING_KEY_FILE", RUNTIME_ROOT / "signing.key", base=ROOT)
REPO = env.text_or_none("REPO", "bunny-lab-io/Borealis")
REPO_BRANCH = env.text("REPO_BRANCH", "main")
# Clamped, not refused; `assemblies.W002` says so.
REPO_HASH_REFRESH_AS_SET = env.integer("REPO_HASH_REFRESH", 60)
REPO_HASH_REFRESH = min(max(REPO_HASH_REFRESH_AS_SET, 30), 3600)
GITHUB_API = env.text("GITHUB_API", "https://api.github.com")
CACHE_DIR = env.path("CACHE_DIR", RUNTIME_ROOT / "cache", base=ROOT)
OFFICIAL_SYNC_ON_UPDATE = env.switch("OFFICIAL_SYNC_ON_UPDATE", default=False)
LOCAL_WORKER = env.choice("LOCAL_WORKER", "auto", ("auto", "on", "off"))
WORKER_USER = env.text("WORKER_USER")
PWSH = env.text("PWSH")
WORKER_CONCURRENCY = env.integer("WORKER_CONCURRENCY", 2, minimum=1, maximum=64)
RUN_OUTPUT_MAX_BYTES = env.integer("RUN_OUTPUT_MAX_BYTES", 1024 * 1024, minimum=256 * 1024)
TARGET_SECRETS = env.target_secrets
RUN_RETENTION_DAYS = env.integer("RUN_RETENTION_DAYS", 90, minimum=1)
DEVMODE_OPERATOR_PERMISSION = "assemblies.write_user_created"
# What the audit calls the scopes that the library names in its entries.
DEVMODE_SCOPE_NAMES = {"official": "Official", "community": "Community", "user": "User-Created"}

INSTALLED_APPS = [
    "borealis_assemblies.admin_app.LibraryAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_ace",
    "devmode",
    "assemblies",
    "assemblies.execution",
    "assemblies.fleet",
    "assemblies.schedules",
    "assemblies.upstream",
    "assemblies.targets",
]
MIDDLEWARE = [
    "assemblies.web.replay.Replay",
    "borealis_assemblies.proxies.TrustedProxies",
    "borealis_assemblies.middleware.UrlPrefix",
    "borealis_assemblies.middleware.BrowserRules",
    "borealis_assemblies.middleware.TrailingSlash",
    "django.middleware.security.SecurityMiddleware",
    "borealis_assemblies.middleware.TlsOnly",
    "borealis_assemblies.cross_origin.CrossOrigin",
    "borealis_assemblies.static_files.StaticFiles",
    "borealis_assemblies.middleware.CompressedPages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "borealis_assemblies.viewers.PageLanguage",
    "borealis_assemblies.viewers.PageTimeZone",
    "django.middleware.common.CommonMiddleware",
    "borealis_assemblies.middleware.BoundedForms",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "borealis_assemblies.middleware.NamedErrors",
]
# Links are made below it, whether the proxy takes it off the requests or not (`middleware.UrlPrefix`).
FORCE_SCRIPT_NAME = URL_PREFIX or None
ROOT_URLCONF = "borealis_assemblies.urls"
WSGI_APPLICATION = "borealis_assemblies.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [(PACKAGE if INSTALLED else BASE_DIR) / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["assemblies.templatetags.visible", "assemblies.templatetags.moments"],
            "libraries": {"subjects": "assemblies.admin.subjects"},
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
# `__Host-` demands the path `/`: the names tell libraries apart that share a host.
SLUG = f"-{URL_PREFIX.strip('/').replace('/', '~')}" if URL_PREFIX else ""
SESSION_COOKIE_NAME = f"__Host-sessionid{SLUG}" if HTTPS else f"borealis_sessionid{SLUG}"
CSRF_COOKIE_NAME = f"__Host-csrftoken{SLUG}" if HTTPS else f"borealis_csrftoken{SLUG}"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "devmode.accounts.session_store"
# A working day from the log-in, as a token has; use does not prolong it.
SESSION_COOKIE_AGE = API_TOKEN_TTL_SECONDS
CSRF_TRUSTED_ORIGINS = [PUBLIC_ORIGIN, *(origin for origin in CORS_ALLOWED_ORIGINS if origin != "*")]
CSRF_FAILURE_VIEW = "borealis_assemblies.errors.csrf_failure"
# The API refuses where pages redirect; a probe of the machine's health asks the server itself, past the proxy.
SECURE_REDIRECT_EXEMPT = [rf"^({re.escape(URL_PREFIX.lstrip('/'))}/)?(api|health)(/|$)"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
X_FRAME_OPTIONS = "DENY"
# Bodies are bounded where they are read: documents by the decoder, attachments while they stream.
# A JSON document is at most three times as large as a script, and a browser sends CRLF for each of its line ends.
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * MAX_DOCUMENT_BYTES + 256 * 1024
# A row of the variables' form has nine fields.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
FORMAT_MODULE_PATH = ["borealis_assemblies.formats"]
LOCALE_PATHS = [PACKAGE / "locale"]
LANGUAGE_COOKIE_NAME = f"__Host-language{SLUG}" if HTTPS else f"borealis_language{SLUG}"
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
# Set by a script of each page, from what the browser knows.
TIME_ZONE_COOKIE_NAME = "borealis_timezone"
TIME_ZONE = "UTC"
USE_I18N = USE_TZ = True
STATIC_URL = f"{URL_PREFIX}/static/" if URL_PREFIX else "static/"
STATIC_ROOT = env.path("STATIC_ROOT", RUNTIME_ROOT / "static", base=ROOT)
if STATIC_ROOT.is_relative_to(RUNTIME_ROOT):
    # WhiteNoise warns of a root that is not there; until somebody collects into it, applications serve their own.
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "borealis_assemblies.static_files.HashedStorage"},
}
# Its default lets pages of every origin read static files.
WHITENOISE_ALLOW_ALL_ORIGINS = False

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "devmode.accounts.authentication.TokenAuthentication",
        "devmode.accounts.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["assemblies.web.rendering.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["assemblies.api.parsing.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "assemblies.api.errors.answer_exception",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Borealis Assemblies",
    "DESCRIPTION": "The library of automation content: official, community and user-created.",
    "VERSION": VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVERS": [{"url": URL_PREFIX}] if URL_PREFIX else [],
    "ENUM_NAME_OVERRIDES": {
        "RunStatus": "assemblies.execution.states.Status.choices",
        "ReadFrom": "assemblies.api.shapes.runs.SOURCES",
        "OccurrenceStatus": "assemblies.schedules.models.OccurrenceStatus.choices",
        "DeviceStatus": "assemblies.fleet.models.DeviceStatus.choices",
        "ApprovalStatus": "assemblies.fleet.models.ApprovalStatus.choices",
    },
}

LOG_DIRECTORY = RUNTIME_ROOT / "Logs"
LOGGING_CONFIG = "borealis_assemblies.logging.configure"
LOG_FORMAT = env.choice("LOG_FORMAT", "text", ("text", "json"))
LOG_LEVEL = env.choice("LOG_LEVEL", "info", ("debug", "info", "warning", "error")).upper()
LOGGING = {"directory": LOG_DIRECTORY, "format": LOG_FORMAT, "level": LOG_LEVEL, "to_stderr": bool(STAND_IN)}
