# Makes quantiles.csv: quantiles of Kaplan-Meier curves with their limits, by R's survival.
#
#     Rscript make_quantiles.R > quantiles.csv
#
# A line with the times of a data set (time:events:censored, with | between them) is followed by
# those of its quantiles. The data sets
# are made for what is hard: ties, curves that rest at the share asked for, edges of the band that
# rise again, nobody censored and nearly everybody, and the lung data.
library(survival)
set.seed(20261128)

counts <- function(t, d) {
  at <- sort(unique(t))
  events <- sapply(at, function(x) sum(t == x & d == 1))
  censored <- sapply(at, function(x) sum(t == x & d == 0))
  paste(at, events, censored, sep = ":", collapse = "|")
}

shown <- function(x) ifelse(is.na(x), "", format(x, digits = 15, trim = TRUE))

rows <- function(t, d, shares) {
  cat("times,", counts(t, d), "\n", sep = "")
  for (type in c("log-log", "log", "plain")) {
    for (level in c(0.95, 0.8, 0.998)) {
      fit <- survfit(Surv(t, d) ~ 1, conf.type = type, conf.int = level)
      # One share at a time with a second one near 0: R leaves out a curve that does not come up to
      # the smallest of the shares without its tolerance for rounding.
      for (p in shares) {
        q <- quantile(fit, c(1e-6, p))
        cat(p, level, type, shown(q$quantile[2]), shown(q$lower[2]), shown(q$upper[2]),
            sep = ",")
        cat("\n")
      }
    }
  }
}

cat("# p,confidence,conf_type,value,lower_cl,upper_cl: made by make_quantiles.R, survival",
    as.character(packageVersion("survival")), "\n")
rows(lung$time, lung$status - 1, c(0.1, 0.25, 0.5, 0.75, 0.9))
late <- lung$time > 400
rows(lung$time, ifelse(late, 0, lung$status - 1), c(0.5, 0.75))
# Resting at a share: even numbers without censoring, and halves and quarters with it.
for (n in c(4, 8, 10, 20)) rows(seq_len(n) * 10, rep(1, n), c(0.25, 0.5, 0.75, 0.9))
rows(c(5, 5, 9, 9, 12, 12, 30, 31), c(1, 1, 1, 1, 0, 0, 0, 0), c(0.25, 0.5))
rows(c(1, 2, 6, 10), c(1, 1, 0, 0), c(0.5))
for (i in 1:60) {
  n <- sample(c(3, 6, 12, 25, 60, 150), 1)
  t <- ceiling(rexp(n, 1 / sample(c(3, 20, 200), 1)))
  d <- rbinom(n, 1, sample(c(0.15, 0.4, 0.7, 1), 1))
  if (i %% 4 == 0) {
    end <- ceiling(quantile(t, 0.6))
    d[t > end] <- 0
    t[t > end] <- end
  }
  if (sum(d) > 0) rows(t, d, c(0.5, sample(c(0.1, 0.25, 0.4, 0.75, 0.9), 1)))
}
