"""What the HTTP edges share: error pages, forms, paging, assets."""
