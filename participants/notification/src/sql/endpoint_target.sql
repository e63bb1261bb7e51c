SELECT url, secret FROM webhook_endpoints WHERE tenant = $1 AND endpoint = $2 AND enabled
