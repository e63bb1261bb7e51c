module closedloop

go 1.26
