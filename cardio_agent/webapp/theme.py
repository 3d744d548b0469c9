"""How the page looks: Gradio's theme, the style sheets and the page's own script."""

from pathlib import Path

import gradio as gr

from cardio_agent.rendering.style import REPORT_CSS, SHEET_CSS

_HERE = Path(__file__).resolve().parent


def theme() -> gr.themes.Base:
    """Calm, flat, in the system's own fonts: none is loaded."""
    return gr.themes.Base(
        primary_hue=gr.themes.colors.cyan,
        neutral_hue=gr.themes.colors.slate,
        font=["Inter", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"],
        font_mono=["ui-monospace", "Consolas", "DejaVu Sans Mono", "monospace"],
        text_size=gr.themes.sizes.text_sm,
        spacing_size=gr.themes.sizes.spacing_sm,
        radius_size=gr.themes.sizes.radius_md,
    ).set(
        body_background_fill="#f3f6f8",
        body_background_fill_dark="#0e1318",
        background_fill_primary_dark="#161c23",
        background_fill_secondary_dark="#11171d",
        block_background_fill_dark="#161c23",
        border_color_primary="#dbe2e9",
        border_color_primary_dark="#29323c",
        input_background_fill="#f6f8fa",
        input_background_fill_dark="#1d252e",
        input_border_color="#c9d3dc",
        input_border_color_dark="#3a4652",
        input_border_width="1px",
        input_placeholder_color="#5b6875",
        input_placeholder_color_dark="#98a5b2",
        body_text_color="#16202b",
        body_text_color_dark="#e6ebf0",
        body_text_color_subdued="#51606d",
        body_text_color_subdued_dark="#a9b5c1",
        block_border_width="1px",
        block_shadow="none",
        block_label_text_color="#51606d",
        block_label_text_color_dark="#a9b5c1",
        block_title_text_color="#51606d",
        block_title_text_color_dark="#a9b5c1",
        block_title_text_size="12.5px",
        block_title_text_weight="500",
        color_accent="#0b6e8f",
        color_accent_soft="#e3f1f5",
        color_accent_soft_dark="#123440",
        border_color_accent_subdued="#cfe5ec",
        border_color_accent_subdued_dark="#1f4b5a",
        button_primary_background_fill="#0b6e8f",
        button_primary_background_fill_hover="#095a75",
        button_primary_background_fill_dark="#0d7596",
        button_primary_background_fill_hover_dark="#0b6480",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#ffffff",
        button_secondary_background_fill="#ffffff",
        button_secondary_background_fill_dark="#1d252e",
        button_secondary_border_color="#c9d3dc",
        button_secondary_border_color_dark="#3a4652",
        button_secondary_text_color="#16202b",
        button_secondary_text_color_dark="#e6ebf0",
    )


def style() -> str:
    """The page's style sheet."""
    return REPORT_CSS + SHEET_CSS + (_HERE / "page.css").read_text(encoding="utf-8")


def head() -> str:
    """What stands in the page's head: its scripts."""
    scripts = ((_HERE / name).read_text(encoding="utf-8") for name in ("page.js", "feedback.js"))
    return "".join(f"<script>{script}</script>" for script in scripts)
