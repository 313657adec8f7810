"""How the API's lists are asked for page by page."""

from typing import Annotated

from fastapi import Query

from central.evidence.paging import PAGE_ROWS_MAX

Rows = Annotated[int, Query(ge=1, le=PAGE_ROWS_MAX, description="Rows per page", examples=[50])]
