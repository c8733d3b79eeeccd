"""Every limit of Block Kit that this product relies on, with where it comes from.

Sources: [types] the field comments of Slack's `@slack/types` 3.2; [docs] docs.slack.dev, the page of the block, element
or method; [guide] Slack's own design guide for Block Kit; [seen] no documented figure, seen in practice. Where two
sources disagree the smaller figure is taken.
"""

from __future__ import annotations

# Surfaces
MESSAGE_BLOCKS = 50  # [docs] blocks of a message
VIEW_BLOCKS = 100  # [docs] blocks of a modal or an App Home
MESSAGE_TEXT = 40_000  # [docs] chat.postMessage: text beyond it is cut
MESSAGE_TEXT_GOOD = 4_000  # [docs] chat.postMessage: the length to stay under
MESSAGE_BLOCKS_TEXT = 12_000  # [seen] `msg_blocks_too_long` comes at about 13,200 characters over all blocks
MESSAGE_CHARTS = 2  # [docs] data_visualization
MESSAGE_TABLES = 1  # [docs] table
METADATA_BYTES = 8_000  # [docs] message metadata: serialised payload

# Text objects
TEXT = 3_000  # [types] PlainTextElement, MrkdwnElement
HEADER_TEXT = 150  # [types] HeaderBlock.text
SECTION_TEXT = 3_000  # [types] SectionBlock.text
SECTION_FIELDS = 10  # [types] SectionBlock.fields
FIELD_TEXT = 2_000  # [types] SectionBlock.fields
CONTEXT_ELEMENTS = 10  # [types] ContextBlock.elements
CONTEXT_ACTIONS = 5  # [types] ContextActionsBlock.elements
ACTIONS_ELEMENTS = 25  # [types] ActionsBlock.elements
MARKDOWN_TEXT = 12_000  # [types] MarkdownBlock.text; [docs] the sum over a message
IMAGE_ALT = 2_000  # [types] ImageBlock.alt_text
IMAGE_TITLE = 2_000  # [types] ImageBlock.title
URL = 3_000  # [types] Button.url, image_url
INPUT_LABEL = 2_000  # [types] InputBlock.label
INPUT_HINT = 2_000  # [types] InputBlock.hint
ALERT_TEXT = 200  # [docs] alert

# Identifiers
ACTION_ID = 255  # [types] Action.action_id
BLOCK_ID = 255  # [types] Block.block_id
CALLBACK_ID = 255  # [docs] views
PRIVATE_METADATA = 3_000  # [docs] views
VIEW_TITLE = 24  # [docs] views: title, submit and close alike

# Elements
BUTTON_TEXT = 75  # [types] Button.text
BUTTON_VALUE = 2_000  # [types] Button.value
ACCESSIBILITY_LABEL = 75  # [types] Button.accessibility_label
AGENT_PROMPT = 4_000  # [docs] button
OPTION_TEXT = 75  # [types] Option.text
OPTION_VALUE = 150  # [docs] option; the comment of the type says 75
OPTION_DESCRIPTION = 75  # [types] Option.description
OPTIONS = 100  # [types] StaticSelect.options
OPTION_GROUPS = 100  # [types] StaticSelect.option_groups
OVERFLOW_OPTIONS = 5  # [docs] overflow
CHOICES = 10  # [types] Checkboxes.options, RadioButtons.options
PLACEHOLDER = 150  # [docs] every placeholder
CONFIRM_TITLE = 100  # [types] Confirm.title
CONFIRM_TEXT = 300  # [types] Confirm.text
CONFIRM_BUTTON = 30  # [types] Confirm.confirm, Confirm.deny
TEXT_INPUT = 3_000  # [types] PlainTextInput.max_length
FILE_INPUT_FILES = 10  # [types] FileInput.max_files
RICH_TEXT_LINES = 100  # [types] RichTextInput.max_lines
LIST_INDENT = 8  # [docs] rich_text_list
ICON_BUTTON_USERS = 10  # [docs] icon_button

# Cards, containers, plans
CARD_TITLE = 150  # [types] CardBlock.title, subtitle
CARD_BODY = 200  # [types] CardBlock.body; [docs] subtext
CARD_ACTIONS = 3  # [docs] card
CAROUSEL_CARDS = 10  # [types] CarouselBlock.elements
CONTAINER_TITLE = 150  # [types] ContainerBlock.title, subtitle
CONTAINER_BLOCKS = 10  # [types] ContainerBlock.child_blocks
PLAN_TASKS = 50  # [docs] plan
VIDEO_TITLE = 200  # [types] VideoBlock.title: "less than 200"
VIDEO_AUTHOR = 50  # [docs] video: author_name, provider_name
VIDEO_DESCRIPTION = 200  # [docs] video

# Tables and charts
TABLE_ROWS = 100  # [types] TableBlock.rows
TABLE_COLUMNS = 20  # [types] TableBlock.rows
TABLE_TEXT = 10_000  # [docs] table: characters over all cells of a message
DATA_TABLE_ROWS = 101  # [docs] data_table: header and 100 rows; the guide says 200
DATA_TABLE_TEXT = 20_000  # [docs] data_table
DATA_TABLE_PAGE = 100  # [types] DataTableBlock.page_size
CHART_TITLE = 50  # [docs] data_visualization
CHART_SERIES = 6  # [docs] data_visualization: series, and segments of a pie; the guide says 12
CHART_POINTS = 20  # [docs] data_visualization
CHART_LABEL = 20  # [docs] data_visualization: category, segment and series names
AXIS_LABEL = 50  # [docs] data_visualization
