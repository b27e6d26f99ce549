SELECT step, n, before
FROM (VALUES (1, 'Möjliga', 5230, 5230), (2, 'Inbjudna', 4100, 5230), (3, 'Med i studien', 2890, 4100),
             (4, 'Provtagna', 2887, 2890), (5, 'Sekvenserade', 2700, 2887), (6, 'Besvarade', 2550, 2700),
             (7, 'Behandlade', 410, 2550)) AS t(at, step, n, before)
ORDER BY at
