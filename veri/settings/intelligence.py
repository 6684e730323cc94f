"""What reads, embeds and answers: language models, processors of formation, embeddings and their vectors."""

from dataclasses import dataclass, field
from datetime import timedelta

from veri.settings.reader import EnvironmentReader

PROCESSORS = ("rules", "claude", "ollama", "whisper")
EMBEDDING_PROVIDERS = ("wordllama", "minilm", "voyage")


@dataclass(frozen=True, kw_only=True)
class IntelligenceSettings:
    """Keys, addresses and models by provider; ``vector_index_*`` are how large a creator and how many get an index."""

    claude_api_key: str = field(repr=False)
    claude_base_url: str
    claude_model: str
    openai_api_key: str = field(repr=False)
    memory_processors: list[str]
    memory_session_pause: timedelta
    ollama_base_url: str
    ollama_model: str
    whisper_model_dir: str
    whisper_media_dir: str
    voyage_api_key: str = field(repr=False)
    voyage_base_url: str
    voyage_model: str
    embedding_provider: str
    minilm_path: str
    vector_index_minimum: int
    vector_index_limit: int
    mongodb_vector_search: bool


def read_intelligence(reader: EnvironmentReader) -> IntelligenceSettings:
    """Return the settings of the environment; problems are collected by the reader."""
    return IntelligenceSettings(
        claude_api_key=reader.text("CLAUDE_API_KEY"),
        claude_base_url=reader.url("CLAUDE_BASE_URL", "https://api.anthropic.com", schemes=("https", "http")),
        claude_model=reader.text("CLAUDE_MODEL", "claude-haiku-5-5"),
        openai_api_key=reader.text("OPENAI_API_KEY"),
        memory_processors=_read_processors(reader),
        memory_session_pause=timedelta(minutes=reader.number("MEMORY_SESSION_MINUTES", 30, low=1, high=1440)),
        ollama_base_url=reader.url("OLLAMA_BASE_URL", "http://127.0.0.1:11434", schemes=("http", "https")),
        ollama_model=reader.text("OLLAMA_MODEL", "llama3.2"),
        whisper_model_dir=reader.text("WHISPER_MODEL_DIR"),
        whisper_media_dir=reader.text("WHISPER_MEDIA_DIR"),
        voyage_api_key=reader.text("VOYAGE_API_KEY"),
        voyage_base_url=reader.url("VOYAGE_BASE_URL", "https://api.voyageai.com", schemes=("https", "http")),
        voyage_model=reader.text("VOYAGE_MODEL", "voyage-3.5-lite"),
        embedding_provider=_read_embedding_provider(reader),
        minilm_path=reader.text("MINILM_PATH"),
        vector_index_minimum=reader.whole("VECTOR_INDEX_MINIMUM", 5_000, low=1_000),
        vector_index_limit=reader.whole("VECTOR_INDEX_LIMIT", 50, high=1_000),
        mongodb_vector_search=reader.boolean("MONGODB_VECTOR_SEARCH", default=False),
    )


def _read_processors(reader: EnvironmentReader) -> list[str]:
    names = list(dict.fromkeys(reader.words("MEMORY_PROCESSORS", "rules")))
    if set(names) - set(PROCESSORS):
        reader.problems.append(f"MEMORY_PROCESSORS names unknown processors; known are {', '.join(PROCESSORS)}")
    return names


def _read_embedding_provider(reader: EnvironmentReader) -> str:
    """Return whose vectors are searched while the database does not say: Voyage's where a key is given."""
    default = "voyage" if reader.text("VOYAGE_API_KEY") else "wordllama"
    return reader.choice("EMBEDDING_PROVIDER", EMBEDDING_PROVIDERS, default=default)
